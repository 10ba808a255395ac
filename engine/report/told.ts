import { changeWords } from './changes.ts'
import type { Change, HostLost, HostReady, Outcome, ResourceEnd, Wait } from './events.ts'
import type { Foldable } from './folding.ts'
import { withoutName } from './names.ts'
import type { Style } from './style.ts'
import { placeIn } from './tally.ts'
import { duration, oneLine } from './text.ts'

/** What stays of an event of one host: a line, and what follows it. */
export interface Told extends Foldable {
  /** Begins the line: `changed`. */
  readonly word: string
  readonly paint: (text: string) => string
  readonly what: string
  readonly details: readonly string[]
  readonly seconds: number
  /** Of the resource `id`, for their texts. */
  readonly changes: readonly Change[]
  readonly id: string
}

const wordOf: Record<Outcome, string> = {
  ok: 'ok',
  assumed: 'assumed',
  changed: 'changed',
  'would-change': 'would change',
  unknown: 'unknown',
  failed: 'failed',
}

const isInOrder = (outcome: Outcome): boolean => outcome === 'ok' || outcome === 'assumed'

type Paint = Told['paint']
type Rest = Partial<Pick<Told, 'details' | 'seconds' | 'changes' | 'id'>>

function told(event: { readonly host: string; readonly at: string }, word: string, paint: Paint, what: string) {
  return ({ details: every = [], seconds = 0, changes = [], id = '' }: Rest = {}): Told => {
    const { host } = event
    const details = every.filter(detail => detail !== '')
    const texts = changes.map(change => `${change.text ?? ''}\0${change.noText ?? ''}`)
    const key = [word, what, ...details, ...texts].map(text => withoutName(text, host)).join('\0\0')
    return { host, at: Date.parse(event.at), key, word, paint, what, details, seconds, changes, id }
  }
}

/** Undefined for what is not worth a line: a host that answered at once, a resource that is in order. */
export function toldOf(
  event: ResourceEnd | HostReady | HostLost | Wait,
  style: Style,
  { verbose }: { readonly verbose: boolean },
): Told | undefined {
  switch (event.type) {
    case 'host.ready': {
      const after = event.seconds >= 1 ? ` after ${duration(event.seconds)}` : ''
      return verbose || after ? told(event, 'connected', style.dim, `${event.address}${after}`)() : undefined
    }
    case 'host.unreachable':
      return told(event, 'unreachable', style.bad, oneLine(event.failure.message))()
    case 'wait':
      return told(event, 'waiting', style.dim, `for ${oneLine(event.what)}, at most ${duration(event.limitSeconds)}`)()
    case 'resource.end':
      return isInOrder(event.outcome) && !verbose ? undefined : ofResource(event, style)
  }
}

function ofResource(event: ResourceEnd, style: Style): Told {
  const { outcome, changes, id } = event
  const start = told(event, wordOf[outcome], text => style.outcome(outcome, text), placeIn(event))
  if (isInOrder(outcome)) return start()
  const details = [
    event.failure ? oneLine(event.failure.message) : '',
    event.why ? oneLine(event.why) : '',
    ...changeWords(changes, outcome, style.arrow),
    event.by ? `by ${oneLine(event.by)}` : '',
  ]
  return start({ details, changes, id, seconds: event.seconds })
}

/** `4.1 s`, `4.1 s to 22 s`: how long a thing took on those that it took long. Empty below a second. */
export function timeWords(group: readonly Told[]): string {
  const seconds = group.map(each => each.seconds).sort((a, b) => a - b)
  const [least = 0, most = 0] = [seconds[0], seconds.at(-1)]
  if (most < 1) return ''
  const [from, to] = [duration(least), duration(most)]
  return from === to ? to : `${from} to ${to}`
}
