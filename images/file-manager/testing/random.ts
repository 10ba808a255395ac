/** Random numbers that a seed brings back (mulberry32): a test that fails prints its seed. */
export class Random {
  readonly seed: number
  #state: number

  constructor(seed = Math.floor(Math.random() * 2 ** 32)) {
    this.seed = seed
    this.#state = seed
  }

  /** From 0 to `below`, without it. */
  number(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }

  chance(share: number): boolean {
    return this.number(1_000_000) < share * 1_000_000
  }

  of<T>(all: readonly T[]): T {
    const one = all[this.number(all.length)]
    if (one === undefined) throw new Error('there is nothing to choose from')
    return one
  }

  bytes(size: number): Buffer {
    return Buffer.from(Array.from({ length: size }, () => this.number(256)))
  }
}
