import { times } from './limits.ts'

/** Whether a stream moves: at least 1 KiB a second over 30 s, counting only the time in which the other is waited for. */
export class Pace {
  #bytes = 0
  #waited = 0
  #waitingSince: number | undefined

  moved(bytes: number): void {
    this.#bytes += bytes
  }

  /** It is the other's turn until the promise is settled. */
  async waitFor<T>(what: Promise<T>): Promise<T> {
    this.#waitingSince = performance.now()
    try {
      return await what
    } finally {
      this.#waited += performance.now() - (this.#waitingSince ?? 0)
      this.#waitingSince = undefined
    }
  }

  /** To be asked every few seconds. Waits that follow upon each other are added up. */
  tooSlow(now = performance.now()): boolean {
    if (this.#waitingSince !== undefined) {
      this.#waited += now - this.#waitingSince
      this.#waitingSince = now
    }
    if (this.#waited < times.rateWindow) return false
    const slow = this.#bytes < (this.#waited / 1000) * times.leastRate
    this.#waited = 0
    this.#bytes = 0
    return slow
  }
}
