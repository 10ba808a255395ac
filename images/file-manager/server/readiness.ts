import { FileManagerError } from '../protocol/errors.ts'

/** How often the storage is asked, and how long it may take, in milliseconds. */
const every = 2_000
const limit = 8_000

/**
 * Whether the storage answers. A volume whose server is gone lets a call hang for ever: it is not asked again while it
 * owes an answer, and nothing here waits for it.
 */
export class Readiness {
  readonly #ask: () => Promise<void>
  readonly #changed: (text: string) => void
  readonly #limit: number
  #askedAt: number | undefined
  #failure: string | undefined = 'has not been asked yet'
  #timer: NodeJS.Timeout | undefined
  #told = ''

  constructor(ask: () => Promise<void>, changed: (text: string) => void, within = limit) {
    this.#ask = ask
    this.#changed = changed
    this.#limit = within
  }

  /** Asks for the first time and settles with that answer or its limit; then goes on by itself until `stop`. */
  async start(interval = every): Promise<void> {
    const first = this.#once()
    let late: NodeJS.Timeout | undefined
    await Promise.race([
      first,
      new Promise<void>(resolve => {
        late = setTimeout(resolve, this.#limit)
      }),
    ])
    clearTimeout(late)
    this.#tell()
    this.#timer = setInterval(() => {
      void this.#once()
      this.#tell()
    }, interval)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Why it is not ready; undefined when it is. */
  get why(): string | undefined {
    if (this.#askedAt !== undefined && performance.now() - this.#askedAt > this.#limit)
      return `has not answered for ${Math.round((performance.now() - this.#askedAt) / 1000)} s`
    return this.#failure
  }

  /** Throws `not-ready`. */
  check(): void {
    if (this.why !== undefined) throw new FileManagerError('not-ready', `the storage ${this.why}`)
  }

  async #once(): Promise<void> {
    if (this.#askedAt !== undefined) return
    this.#askedAt = performance.now()
    try {
      await this.#ask()
      this.#failure = undefined
    } catch (error) {
      this.#failure = `fails with ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`
    }
    this.#askedAt = undefined
  }

  #tell(): void {
    const state = this.why === undefined ? 'storage is ready' : 'storage is not ready'
    if (state === this.#told) return
    this.#told = state
    this.#changed(this.why === undefined ? state : `${state}: it ${this.why}`)
  }
}
