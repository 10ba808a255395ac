interface Waiting<T> {
  readonly one: T
  resolve(): void
  reject(why: unknown): void
}

/**
 * Does for many at once what costs each as much alone: whoever comes while a group is under way waits for the next, so
 * the more there are the less each costs.
 */
export class Gathering<T> {
  readonly #perform: (group: readonly T[]) => Promise<readonly PromiseSettledResult<unknown>[]>
  readonly #worthwhile: () => Promise<void>
  #waiting: Waiting<T>[] = []
  #running = false

  /**
   * `perform` tells what became of each, in their order, and does not reject. Before it, `worthwhile` may wait for more.
   */
  constructor(
    perform: (group: readonly T[]) => Promise<readonly PromiseSettledResult<unknown>[]>,
    worthwhile: () => Promise<void> = async () => undefined,
  ) {
    this.#perform = perform
    this.#worthwhile = worthwhile
  }

  /** Settles as the group's work for `one` did. */
  join(one: T): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ one, resolve, reject })
      if (!this.#running) void this.#run()
    })
  }

  async #run(): Promise<void> {
    this.#running = true
    while (this.#waiting.length > 0) {
      await this.#worthwhile()
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
}
