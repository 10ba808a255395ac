import type { Event, Failure, HostCount, Progress } from './events.ts'
import { oneLine, withThousands } from './text.ts'

/** What one host does now. */
export interface Activity {
  readonly words: string
  /** Of a wait, what is missing still. */
  readonly detail?: string
  /** Milliseconds since the epoch. */
  readonly since: number
  readonly limitSeconds?: number
}

export interface FailedAt {
  /** `worker2, kubernetes: apt-packages kubeadm`; empty for the run as a whole. */
  readonly where: string
  readonly failure: Failure
  /** Whose it is; undefined for the run as a whole. */
  readonly host?: string
}

/** Most answer sooner; their lines would flicker. */
const SLOW_MS = 2000

interface Play {
  readonly hosts: readonly string[]
  readonly count: HostCount
  readonly since: number
  /** Those of whom nothing has come to be known in it so far. */
  readonly untold: Set<string>
}

/** How a run stands: what has been counted, what goes on now, what has failed. Follows the events and nothing else. */
export class Tally {
  readonly activities = new Map<string, Activity>()
  readonly tasks = new Map<string, Progress>()
  readonly counts = new Map<string, HostCount>()
  readonly failures: FailedAt[] = []
  readonly checks = { passed: 0, failed: 0 }
  /** Plays under way, with what each has counted so far. */
  readonly plays = new Map<string, Play>()
  check = false
  since = 0

  on(event: Event): void {
    const at = Date.parse(event.at)
    switch (event.type) {
      case 'run.start':
        this.check = event.check
        this.since = at
        break
      case 'play.start':
        this.plays.set(event.play, { hosts: event.hosts, count: zero(), since: at, untold: new Set(event.hosts) })
        break
      case 'play.end':
        this.plays.delete(event.play)
        break
      case 'host.ready':
        this.activities.delete(event.host)
        break
      case 'host.unreachable':
        this.activities.delete(event.host)
        for (const { untold } of this.plays.values()) untold.delete(event.host)
        this.#countOf(event.host).unreachable += 1
        this.failures.push({ where: event.host, failure: event.failure, host: event.host })
        break
      case 'resource.start':
        this.activities.set(event.host, { words: placeIn(event), since: at })
        this.plays.get(event.play)?.untold.delete(event.host)
        break
      case 'resource.end': {
        this.activities.delete(event.host)
        const column = event.outcome === 'would-change' ? 'changed' : event.outcome
        add(this.#countOf(event.host), column)
        const play = this.plays.get(event.play)
        if (play) add(play.count, column)
        if (event.failure) {
          const { host, failure } = event
          this.failures.push({ where: `${host}, ${placeIn(event)}`, failure, host })
        }
        break
      }
      case 'wait':
        this.#wait(event.host, oneLine(event.what), event.detail, event.limitSeconds, at - event.seconds * 1000)
        break
      case 'progress':
        if (event.ended) this.tasks.delete(event.task)
        else this.tasks.set(event.task, event)
        break
      case 'check.start':
        this.activities.set(event.id, { words: oneLine(event.title), since: at })
        break
      case 'check.end':
        // What it waited for on the way is over with it.
        this.activities.clear()
        this.checks[event.passed ? 'passed' : 'failed'] += 1
        break
      case 'run.end':
        this.activities.clear()
        this.tasks.clear()
        this.#runFailure(event.failure)
        break
    }
  }

  /** What `host` is at. Where nobody does anything, that one is slow to answer: others may be in line for their turn. */
  activityOf(host: string, now: number): Activity | undefined {
    if (this.activities.size + this.tasks.size > 0) return this.activities.get(host)
    const since = [...this.plays.values()].find(({ untold }) => untold.has(host))?.since
    return since === undefined || now - since < SLOW_MS ? undefined : { words: 'has not told yet what is there', since }
  }

  /** A detail that moves on is the same wait: it keeps its beginning. */
  #wait(host: string, what: string, detail: string | undefined, limitSeconds: number, began: number): void {
    const words = `waiting for ${what}`
    const before = this.activities.get(host)
    const since = before?.words === words ? before.since : began
    this.activities.set(host, { words, since, limitSeconds, ...(detail ? { detail: oneLine(detail) } : {}) })
  }

  #runFailure(failure: Failure | undefined): void {
    const told =
      failure &&
      this.failures.some(({ failure: known }) => known.code === failure.code && known.message === failure.message)
    if (failure && !told) this.failures.push({ where: '', failure })
  }

  #countOf(host: string): HostCount {
    const count = this.counts.get(host) ?? zero()
    this.counts.set(host, count)
    return count
  }
}

export const zero = (): HostCount => ({ ok: 0, changed: 0, unknown: 0, failed: 0, unreachable: 0 })

export function add(count: HostCount, column: keyof HostCount, more = 1): void {
  count[column] = (count[column] ?? 0) + more
}

/** `containerd: file /etc/containerd/config.toml`. */
export const placeIn = ({
  role,
  kind,
  id,
}: {
  readonly role: string
  readonly kind: string
  readonly id: string
}): string => `${role === '' ? '' : `${oneLine(role)}: `}${oneLine(kind)} ${oneLine(id)}`

/** `waiting for the apt lock: dpkg (930)`. */
export const activityWords = ({ words, detail }: Activity): string =>
  detail === undefined ? words : `${words}: ${detail}`

/** `3 changed, 41 ok`; what is none is left out, but never all. */
export function countWords(count: HostCount, check: boolean): string {
  const parts = [
    [count.failed, 'failed'],
    [count.unreachable, 'unreachable'],
    [count.unknown, 'unknown'],
    [count.changed, check ? 'would change' : 'changed'],
    [count.assumed ?? 0, 'assumed'],
    [count.ok, 'ok'],
  ] as const
  const some = parts.filter(([number]) => number > 0)
  return (some.length > 0 ? some : parts.slice(-1))
    .map(([number, word]) => `${withThousands(number)} ${word}`)
    .join(', ')
}
