/** So many at once; who comes later waits, in order. */
export class Turns {
  #free: number
  readonly #queue: (() => void)[] = []

  constructor(most: number) {
    this.#free = most
  }

  /** Settles when it is the caller's turn, which he ends by `give`. */
  async take(): Promise<void> {
    if (this.#free === 0) return new Promise(resolve => this.#queue.push(resolve))
    this.#free--
  }

  give(): void {
    const next = this.#queue.shift()
    if (next === undefined) this.#free++
    else next()
  }
}
