/** Of one host, in its order. Lines of several hosts that have the same key become one. */
export interface Foldable {
  readonly host: string
  readonly key: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

export interface Takeable {
  /** Hosts that may come to the same: what all of them have told need not wait for anyone. */
  readonly everyone: readonly string[]
  /** What was told at this time or before has waited long enough. Milliseconds since the epoch. */
  readonly until: number
}

/**
 * Holds what hosts tell until it is known who tells the same. What is taken keeps every host's own order, and folds as
 * much as that allows.
 */
export class Folding<T extends Foldable> {
  readonly #queues = new Map<string, T[]>()
  readonly #left = new Map<string, number>()

  add(told: T): void {
    const queue = this.#queues.get(told.host) ?? []
    this.#queues.set(told.host, queue)
    queue.push(told)
    this.#left.set(told.key, (this.#left.get(told.key) ?? 0) + 1)
  }

  /** Groups of lines that say the same, first to last. */
  take({ everyone, until }: Takeable): readonly (readonly T[])[] {
    const groups: (readonly T[])[] = []
    for (;;) {
      const heads = [...this.#queues.values()].map(([head]) => head as T).sort((a, b) => a.at - b.at)
      const [oldest] = heads
      if (oldest === undefined) return groups
      const ripe = this.#ripe(heads)
      const group = until === Infinity ? ripe[0] : ripe.find(each => isWhole(each, everyone))
      if (group === undefined && oldest.at > until) return groups
      groups.push(this.#shift(group ?? heads.filter(({ key }) => key === oldest.key)))
    }
  }

  /** The groups of which nobody has more to come: whoever tells it at all tells it next. */
  #ripe(heads: readonly T[]): readonly (readonly T[])[] {
    const next = new Map<string, T[]>()
    for (const head of heads) next.set(head.key, [...(next.get(head.key) ?? []), head])
    return [...next].filter(([key, group]) => group.length === this.#left.get(key)).map(([, group]) => group)
  }

  #shift(group: readonly T[]): readonly T[] {
    for (const { host, key } of group) {
      const queue = this.#queues.get(host) ?? []
      queue.shift()
      if (queue.length === 0) this.#queues.delete(host)
      this.#left.set(key, (this.#left.get(key) ?? 1) - 1)
    }
    return group
  }
}

/** Nobody is left who could tell the same; a target that is no host of the play stands for itself. */
const isWhole = (group: readonly Foldable[], everyone: readonly string[]): boolean =>
  group.length >= everyone.length || group.some(({ host }) => !everyone.includes(host))
