import type { Event } from '../report/events.ts'

interface Begun {
  readonly host: string
  readonly what: string
  /** By `performance.now`. */
  readonly since: number
}

/** What a run has begun and not ended, for whoever leaves in the middle of it. */
export class UnderWay {
  readonly #resources = new Map<string, Begun>()
  readonly #orders = new Set<Begun>()

  on(event: Event): void {
    if (event.type !== 'resource.start' && event.type !== 'resource.end') return
    const { play, host, role, kind, id } = event
    const key = `${play}\0${host}`
    const what = `${role === '' ? '' : `${role}: `}${kind} ${id}`
    if (event.type === 'resource.start') this.#resources.set(key, { host, what, since: performance.now() })
    else this.#resources.delete(key)
  }

  /** A command goes out to a host; to be called when it has ended. */
  order(host: string, what: string): () => void {
    const order = { host, what, since: performance.now() }
    this.#orders.add(order)
    return () => this.#orders.delete(order)
  }

  /** A sentence each: what, where, and what becomes of it. The same on several hosts is told once. */
  words(): readonly string[] {
    const busy = new Set([...this.#orders].map(({ host }) => host))
    const others = [...this.#resources.values()].filter(({ host }) => !busy.has(host))
    return [
      ...gathered([...this.#orders]).map(
        words =>
          `Still under way ${words}. It may go on there without this run: the next one waits for it, and goes on from ` +
          'where it has come to.',
      ),
      ...gathered(others).map(words => `Left half done ${words}. The next run sees how it stands, and finishes it.`),
    ]
  }
}

function gathered(begun: readonly Begun[]): readonly string[] {
  const now = performance.now()
  return [...new Set(begun.map(({ what }) => what))].map(what => {
    const same = begun.filter(each => each.what === what)
    const seconds = Math.max(...same.map(({ since }) => Math.round((now - since) / 1000)))
    return `on ${same.map(({ host }) => host).join(', ')}: ${what}, for ${seconds} s so far`
  })
}
