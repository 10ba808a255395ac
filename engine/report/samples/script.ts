import type { Event, HostCount } from '../events.ts'
import { add } from '../tally.ts'

type Unstamped<E> = E extends Event ? Omit<E, 'at'> : never

/** Writes a run down as its events, on a clock of its own. For tests and for looking at reports. */
export class Script {
  readonly events: Event[] = []
  readonly #began: number
  #now: number

  constructor(began = Date.UTC(2026, 0, 12, 9, 0, 0)) {
    this.#began = began
    this.#now = began
  }

  /** Moves the clock to `seconds` after the beginning; never back. */
  at(seconds: number): this {
    this.#now = Math.max(this.#now, this.#began + seconds * 1000)
    return this
  }

  tell(event: Unstamped<Event>): this {
    this.events.push({ at: new Date(this.#now).toISOString(), ...event } as Event)
    return this
  }

  /** What `run.end` says of each host, counted from what was told so far. */
  counts(): Record<string, HostCount> {
    const counts: Record<string, HostCount> = {}
    const of = (host: string) => {
      counts[host] ??= { ok: 0, changed: 0, unknown: 0, failed: 0, unreachable: 0 }
      return counts[host]
    }
    for (const event of this.events) {
      if (event.type === 'resource.end')
        add(of(event.host), event.outcome === 'would-change' ? 'changed' : event.outcome)
      if (event.type === 'host.unreachable') of(event.host).unreachable += 1
    }
    return counts
  }
}
