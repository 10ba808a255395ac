import type { Event } from './events.ts'
import { Folding } from './folding.ts'
import type { Lines } from './lines.ts'
import type { Style } from './style.ts'
import { type Tally, zero } from './tally.ts'
import { oneLine } from './text.ts'
import { type Told, toldOf } from './told.ts'

export interface TellingOptions {
  readonly style: Style
  /** Every line for itself, as it comes. */
  readonly verbose: boolean
  /** Live lines tell what is waited for. */
  readonly live: boolean
}

/** So long a line waits for other hosts to come to the same. */
const PATIENCE_MS = 5000

interface Play {
  readonly hosts: readonly string[]
  readonly folding: Folding<Told>
  /** Said of it so far, where it is said as a whole. */
  ended?: readonly string[]
}

/**
 * What is said of a run, when, and under which heading. Plays that run side by side share a heading; check mode, which
 * is over soon, tells one after the other. A play of which there is nothing to tell has none.
 */
export class Telling {
  readonly #lines: Lines
  readonly #tally: Tally
  readonly #options: TellingOptions
  /** Under way, or ended and waiting for those that began before. */
  readonly #plays = new Map<string, Play>()
  #headed: readonly string[] = []

  /** `tally` must see each event after this does. */
  constructor(lines: Lines, tally: Tally, options: TellingOptions) {
    this.#lines = lines
    this.#tally = tally
    this.#options = options
  }

  of(event: Event): readonly string[] {
    switch (event.type) {
      case 'run.start':
        return this.#lines.start(event)
      case 'play.start':
        this.#plays.set(event.play, { hosts: event.hosts, folding: new Folding() })
        return []
      case 'resource.start':
        return this.#tally.check ? [] : this.#head()
      case 'wait':
        return this.#options.live || this.#tally.check || !isNew(event, this.#tally) ? [] : this.#hear(event)
      case 'resource.end':
      case 'host.ready':
      case 'host.unreachable':
        return this.#hear(event)
      case 'progress': {
        const begins = !event.ended && !this.#options.live && !this.#tally.tasks.has(event.task)
        return this.#under(() => (begins ? this.#lines.begins(event) : this.#lines.progress(event)))
      }
      case 'looked':
      case 'check.start':
        return []
      case 'check.end':
        return this.#under(() => this.#lines.check(event))
      case 'notice':
        return this.#under(() => this.#lines.notice(event))
      case 'play.end':
        return this.#end(event.play, event.seconds)
      case 'run.end':
        return this.rest()
    }
  }

  /** What has waited long enough at `now`, in milliseconds since the epoch. */
  ripe(now: number): readonly string[] {
    return this.#tally.check ? [] : [...this.#plays.keys()].flatMap(play => this.#take(play, now - PATIENCE_MS))
  }

  /** What waits still when a run ends, whichever way. */
  rest(): readonly string[] {
    const said = [...this.#plays.keys()].flatMap(play => this.#rest(play))
    this.#plays.clear()
    return said
  }

  #hear(event: Parameters<typeof toldOf>[0]): readonly string[] {
    const told = toldOf(event, this.#options.style, this.#options)
    if (!told) return []
    const title =
      'play' in event ? event.play : [...this.#plays].find(([, { hosts }]) => hosts.includes(told.host))?.[0]
    const play = title === undefined ? undefined : this.#plays.get(title)
    if (title === undefined || !play) return this.#under(() => this.#lines.groups([[told]]))
    const before = this.ripe(told.at)
    play.folding.add(this.#options.verbose ? { ...told, key: `${told.host}\0${told.key}` } : told)
    if (this.#tally.check) return []
    const atOnce = this.#options.verbose || told.word === 'failed' || told.word === 'unreachable'
    return [...before, ...this.#take(title, atOnce ? Infinity : told.at - PATIENCE_MS)]
  }

  #take(title: string, until: number): readonly string[] {
    const { folding, hosts = [] } = this.#plays.get(title) ?? {}
    const groups = folding?.take({ everyone: hosts, until }) ?? []
    return groups.length === 0 ? [] : this.#under(() => this.#lines.groups(groups))
  }

  #end(title: string, seconds: number): readonly string[] {
    const play = this.#plays.get(title)
    if (!play) return []
    const count = this.#tally.plays.get(title)?.count ?? zero()
    const none = Object.values(count).every(number => number === 0)
    if (this.#tally.check) {
      play.ended = this.#block(title, none ? [] : this.#lines.playEnd([count, true], undefined, seconds))
      return this.#inTurn()
    }
    const named = this.#headed.length > 1 ? title : undefined
    const said = this.#take(title, Infinity)
    const sum = none ? [] : this.#under(() => this.#lines.playEnd([count, false], named, seconds))
    this.#plays.delete(title)
    if (this.#plays.size === 0) this.#headed = []
    return [...said, ...sum]
  }

  /** Of plays that are told as a whole, those that have ended and have none before them that goes on. */
  #inTurn(): readonly string[] {
    const said: string[] = []
    for (const [title, { ended }] of this.#plays) {
      if (!ended) break
      said.push(...ended)
      this.#plays.delete(title)
    }
    return said
  }

  /** Of a run that ends within the play. */
  #rest(title: string): readonly string[] {
    return this.#tally.check ? (this.#plays.get(title)?.ended ?? this.#block(title, [])) : this.#take(title, Infinity)
  }

  /** A play as a whole. */
  #block(title: string, sum: readonly string[]): readonly string[] {
    const groups = this.#plays.get(title)?.folding.take({ everyone: [], until: Infinity }) ?? []
    return groups.length + sum.length === 0
      ? []
      : [...this.#lines.heading([title]), ...this.#lines.groups(groups), ...sum]
  }

  /** Lines under the heading of what is under way. */
  #under(lines: () => readonly string[]): readonly string[] {
    return this.#tally.check ? lines() : [...this.#head(), ...lines()]
  }

  #head(): readonly string[] {
    const titles = [...this.#plays.keys()]
    if (titles.every(title => this.#headed.includes(title))) return []
    this.#headed = titles
    return this.#lines.heading(titles)
  }
}

/** A detail that moves on is the same wait. */
const isNew = (event: Extract<Event, { type: 'wait' }>, { activities }: Tally): boolean =>
  activities.get(event.host)?.words !== `waiting for ${oneLine(event.what)}`
