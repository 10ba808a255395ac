/** What was read, and when: later readings have higher turns. */
export interface Read<T> {
  readonly turn: number
  readonly value: T
}

/**
 * Something that is read from afar and kept until it is outdated. Whoever asks while it is being read gets the same
 * answer; what was begun before a change is never kept past it.
 */
export class Reading<T> {
  readonly #read: () => Promise<T>
  #turn = 0
  #kept: Promise<Read<T>> | undefined
  /** Of the last reading that succeeded, for those who cannot wait. */
  last: T | undefined

  constructor(read: () => Promise<T>) {
    this.#read = read
  }

  /** As last read, unless something has changed since. */
  async now(): Promise<T> {
    return (await this.after(0)).value
  }

  /** A reading that was begun after that turn; 0 is content with what is kept. */
  async after(turn: number): Promise<Read<T>> {
    if (this.#turn <= turn) this.outdated()
    this.#kept ??= this.#begin()
    return this.#kept
  }

  outdated(): void {
    this.#kept = undefined
  }

  #begin(): Promise<Read<T>> {
    this.#turn += 1
    const turn = this.#turn
    const reading = this.#read().then(value => {
      this.last = value
      return { turn, value }
    })
    reading.catch(() => {
      // The next one who asks tries anew.
      if (this.#kept === reading) this.#kept = undefined
    })
    return reading
  }
}
