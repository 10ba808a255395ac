interface Waiting<T> {
  readonly one: T
  resolve(): void
  reject(why: unknown): void
}

/** Milliseconds for which a group waits for others. */
const patience = 250

/**
 * Does for many at once what costs each as much alone: whoever comes while a group is under way waits for the next, so
 * the more there are the less each costs.
 */
export class Gathering<T> {
  readonly #perform: (group: readonly T[]) => Promise<readonly PromiseSettledResult<unknown>[]>
  #waiting: Waiting<T>[] = []
  #coming = 0
  #changed: () => void = () => undefined
  #running = false

  /** `perform` tells what became of each, in their order, and does not reject. */
  constructor(perform: (group: readonly T[]) => Promise<readonly PromiseSettledResult<unknown>[]>) {
    this.#perform = perform
  }

  /** Another one is on its way. What this returns is to be called when it has joined, or will not. */
  expect(): () => void {
    this.#coming++
    let over = false
    return () => {
      if (!over) this.#coming--
      over = true
      this.#changed()
    }
  }

  /** Settles as the group's work for `one` did. */
  join(one: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ one, resolve, reject })
      this.#changed()
      if (!this.#running) void this.#run()
    })
  }

  async #run(): Promise<void> {
    this.#running = true
    while (this.#waiting.length > 0) {
      await this.#company()
      const group = this.#waiting
      this.#waiting = []
      const results = await this.#perform(group.map(({ one }) => one))
      for (const [index, { resolve, reject }] of group.entries()) {
        const result = results[index]
        if (result?.status === 'rejected') reject(result.reason)
        else resolve()
      }
    }
    this.#running = false
  }

  /** For a moment, while more are on their way than wait. */
  async #company(): Promise<void> {
    const isWorthwhile = (): boolean => this.#coming > this.#waiting.length
    if (!isWorthwhile()) return
    await new Promise<void>(resolve => {
      const late = setTimeout(resolve, patience)
      this.#changed = () => {
        if (isWorthwhile()) return
        clearTimeout(late)
        resolve()
      }
    })
    this.#changed = () => undefined
  }
}
