import type { Event, Outcome, Stretch } from './events.ts'
import { placeIn } from './tally.ts'
import { counted } from './text.ts'

/** A stretch of time in which one host, or this machine, was busy with one thing. Seconds since the run began. */
export interface Span {
  readonly lane: string
  readonly what: string
  /** Empty for what is done on this machine for any of them. */
  readonly play: string
  /** Unfinished is what a run was left in the middle of. */
  readonly outcome: Outcome | 'unfinished'
  readonly start: number
  readonly end: number
}

export interface PlaySpan {
  readonly play: string
  readonly start: number
  readonly end: number
}

/** Two ends within this many seconds are the same moment. */
const TOGETHER = 0.05

/** Seconds below which nobody has waited for a thing, and which would read `0.0 s`. */
const UNFELT = 0.05

/** Whether it took a time that is worth telling. */
export const isFelt = ({ start, end }: Pick<Span, 'start' | 'end'>): boolean => end - start >= UNFELT

/** Where the time of a run went. */
export class Timeline {
  /** Before the run began. */
  startup: readonly Stretch[] = []
  readonly spans: Span[] = []
  readonly plays: PlaySpan[] = []
  #began = 0
  #seconds = 0
  readonly #busy = new Map<string, { readonly what: string; readonly play: string; readonly since: number }>()
  /** When those began that have not ended. */
  readonly #plays = new Map<string, number>()

  on(event: Event): void {
    const at = Date.parse(event.at)
    if (event.type === 'run.start') {
      this.#began = at
      this.startup = event.startup ?? []
    }
    const now = (at - this.#began) / 1000
    if (event.type === 'play.start') this.#plays.set(event.play, now)
    if (event.type === 'play.end') {
      this.#plays.delete(event.play)
      this.plays.push({ play: event.play, start: Math.max(0, now - event.seconds), end: now })
    }
    const add = (lane: string, what: string, play: string, outcome: Span['outcome'], seconds: number) =>
      this.spans.push({ lane, what, play, outcome, start: Math.max(0, now - seconds), end: now })
    if (event.type === 'resource.start')
      this.#busy.set(event.host, { what: placeIn(event), play: event.play, since: now })
    if (event.type === 'host.unreachable') {
      const { what, play, since } = this.#busy.get(event.host) ?? { what: 'unreachable', play: '', since: now }
      add(event.host, `${what}: unreachable`, play, 'failed', now - since)
    }
    if (event.type === 'resource.end' || event.type === 'host.unreachable') this.#busy.delete(event.host)
    if (event.type === 'run.end') {
      this.#seconds = event.seconds
      for (const [play, start] of this.#plays) this.plays.push({ play, start, end: now })
      for (const [lane, { what, play, since }] of this.#busy) add(lane, what, play, 'unfinished', now - since)
    }
    if (event.type === 'resource.end') add(event.host, placeIn(event), event.play, event.outcome, event.seconds)
    if (event.type === 'looked')
      add(event.host, `look at ${counted(event.resources, 'resource')}`, event.play, 'ok', event.seconds)
    if (event.type === 'host.ready')
      add(event.host, 'connect by SSH', [...this.#plays.keys()].at(-1) ?? '', 'ok', event.seconds)
    if (event.type === 'progress' && event.ended) {
      add(event.task, event.detail ?? event.task, '', event.ended === 'ok' ? 'changed' : 'failed', event.seconds)
    }
  }

  get lanes(): readonly string[] {
    return [...new Set(this.spans.map(span => span.lane))]
  }

  get seconds(): number {
    return this.spans.reduce((latest, span) => Math.max(latest, span.end), this.#seconds)
  }

  /**
   * What the run's length hangs on, first to last: from the last thing that ended, back to what it had to wait for. On
   * its own host that is what came right before; at a play's beginning, whatever ended last anywhere.
   */
  criticalPath(): readonly Span[] {
    const byEnd = this.spans.filter(span => span.end - span.start > 0.001).sort((a, b) => a.end - b.end)
    const path: Span[] = []
    for (let span = byEnd.at(-1); span !== undefined; span = this.#waitedFor(span, byEnd)) path.unshift(span)
    return path
  }

  #waitedFor(span: Span, byEnd: readonly Span[]): Span | undefined {
    const { lane, start } = span
    const before = byEnd.filter(other => other !== span && other.end <= start + TOGETHER && other.start < start)
    const own = before.findLast(other => other.lane === lane)
    const last = before.at(-1)
    if (last === undefined || (own && own.end >= last.end - TOGETHER)) return own
    // Only at a play's beginning does a host wait for others; else its own gap is its own.
    const play = this.plays.findLast(
      each => each.start <= start + TOGETHER && (own === undefined || each.start >= own.end - TOGETHER),
    )
    if (play === undefined) return own ?? last
    // In the play itself it waits where only so many hosts at once take part: until one of them is done.
    if (last.end >= start - TOGETHER) return last
    return before.findLast(({ end, play: its }) => its === '' || end <= play.start + TOGETHER) ?? own
  }
}
