import { changeWords } from '../changes.ts'
import type { Event, HostCount, ResourceEnd, RunEnd, RunStart } from '../events.ts'
import { add, countWords, type FailedAt, placeIn, Tally, zero } from '../tally.ts'
import { duration, withThousands } from '../text.ts'
import { isFelt, type PlaySpan, type Span, Timeline } from '../timeline.ts'

/** Everything the page shows, as plain text; the template escapes it. Positions are per cent of the run's length. */
export interface Page {
  readonly title: string
  readonly subtitle: string
  readonly verdict: { readonly tone: 'good' | 'notice' | 'bad'; readonly words: string }
  readonly figures: readonly { readonly label: string; readonly value: string; readonly tone: string }[]
  readonly failures: readonly FailedAt[]
  readonly warnings: readonly string[]
  readonly checks: readonly Extract<Event, { type: 'check.end' }>[]
  readonly columns: readonly (keyof HostCount)[]
  readonly wordOf: Readonly<Record<string, string>>
  readonly toneOf: Readonly<Record<string, string>>
  readonly hosts: readonly { readonly name: string; readonly count: HostCount }[]
  readonly ticks: readonly { readonly left: string; readonly label: string; readonly atEnd: boolean }[]
  /** A row each, for they may run side by side. `label` says where the name stands: a bar is often too short for it. */
  readonly plays: readonly {
    readonly name: string
    readonly left: string
    readonly width: string
    readonly label: string
  }[]
  /** None where the run was over before anything could be seen to take its time. */
  readonly lanes: readonly { readonly name: string; readonly bars: readonly Bar[] }[]
  /** Whether the run was left in the middle of something. */
  readonly unfinished: boolean
  readonly path: readonly {
    readonly lane: string
    readonly what: string
    readonly time: string
    readonly share: string
    readonly tone: string
  }[]
  readonly pathWords: string
  readonly groups: readonly { readonly play: string; readonly words: string; readonly rows: readonly Row[] }[]
}

interface Bar {
  readonly left: string
  readonly width: string
  readonly tone: string
  readonly critical: boolean
  readonly title: string
}

interface Row {
  readonly tone: string
  readonly word: string
  readonly host: string
  readonly what: string
  readonly details: string
  readonly time: string
  readonly diffs: readonly string[]
}

const columns = ['ok', 'assumed', 'changed', 'unknown', 'unreachable', 'failed'] as const
const themselves = Object.fromEntries(columns.map(column => [column, column]))

/** Thinner bars are no longer seen, and a large run has thousands. */
const LEAST_SHARE = 0.001
/** Seconds that a run must last for a picture of its time to say anything. */
const SEEN = 1
/** A bar of this share of the whole holds its own name. */
const ROOMY = 0.4
/** Beyond it a tick's label has no room to its right. */
const LAST_TICK = 0.88
const TICKS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600]

export function pageOf(events: readonly Event[]): Page {
  const tally = new Tally()
  const timeline = new Timeline()
  for (const event of events) {
    tally.on(event)
    timeline.on(event)
  }
  const start = events.find((event): event is RunStart => event.type === 'run.start')
  const end = events.findLast((event): event is RunEnd => event.type === 'run.end')
  const length = Math.max(timeline.seconds, 0.001)
  const percent = (seconds: number) => `${((100 * seconds) / length).toFixed(2)}%`
  const path = timeline.criticalPath()
  const along = path.reduce((sum, span) => sum + span.end - span.start, 0)
  return {
    title: `${start?.playbook ?? 'run'} ${start?.lab ?? ''}`.trim(),
    subtitle: [
      start?.inventory,
      start && new Date(start.at).toUTCString(),
      start?.check ? 'check only: nothing was changed' : '',
    ]
      .filter(Boolean)
      .join(' · '),
    verdict: verdictOf(end),
    figures: figuresOf(end, tally),
    failures: tally.failures,
    warnings: events.flatMap(event => (event.type === 'notice' && event.level === 'warning' ? [event.text] : [])),
    checks: events.filter(event => event.type === 'check.end'),
    columns: columns.filter(column => column !== 'assumed' || [...tally.counts.values()].some(count => count.assumed)),
    wordOf: { ...themselves, ...(tally.check ? { changed: 'would change' } : {}) },
    toneOf: { ...themselves, ...(tally.check ? { changed: 'would-change' } : {}) },
    hosts: Object.entries({ ...end?.hosts, ...end?.others }).map(([name, count]) => ({ name, count })),
    ticks: ticksOf(length).map(at => ({
      left: percent(at),
      label: duration(at).replace(/\.0 s$/, ' s'),
      atEnd: at / length > LAST_TICK,
    })),
    plays: timeline.plays
      .filter(isFelt)
      .sort((a, b) => a.start - b.start)
      .map(span => ({
        name: span.play,
        left: percent(span.start),
        width: percent(span.end - span.start),
        label: labelOf(span, length, percent),
      })),
    lanes: (length < SEEN ? [] : timeline.lanes).map(name => ({
      name,
      bars: timeline.spans
        .filter(span => span.lane === name && (isBroken(span) || (span.end - span.start) / length >= LEAST_SHARE))
        .sort((a, b) => Number(b.outcome === 'ok') - Number(a.outcome === 'ok')) // what changed lies on top
        .map(span => barOf(span, path.includes(span), percent)),
    })),
    unfinished: timeline.spans.some(({ outcome }) => outcome === 'unfinished'),
    path: path
      .filter(span => length >= SEEN && isFelt(span) && (span.end - span.start) / along >= 0.005)
      .map(({ lane, what, start, end, outcome }) => ({
        lane,
        what,
        time: duration(end - start),
        share: `${((100 * (end - start)) / along).toFixed(1)}%`,
        tone: outcome,
      })),
    pathWords: `${duration(along)} of ${duration(length)}`,
    groups: groupsOf(events, tally.check),
  }
}

const isBroken = ({ outcome }: Span): boolean => outcome === 'failed' || outcome === 'unfinished'

function verdictOf(end: RunEnd | undefined): Page['verdict'] {
  if (end === undefined) return { tone: 'bad', words: 'ended without a word' }
  if (end.exit === 0) return { tone: 'good', words: 'done' }
  if (end.exit === 2) return { tone: 'notice', words: 'would change' }
  if (end.exit === 3) return { tone: 'notice', words: 'has unknowns' }
  return { tone: 'bad', words: end.exit === 130 ? 'interrupted' : `failed, exit ${end.exit}` }
}

function figuresOf(end: RunEnd | undefined, tally: Tally): Page['figures'] {
  const sum = (column: keyof HostCount) =>
    [...tally.counts.values()].reduce((total, count) => total + (count[column] ?? 0), 0)
  const figure = (label: string, value: string, tone = '') => ({ label, value, tone })
  const { passed, failed } = tally.checks
  const ofChecks = [figure('checks passed', String(passed), 'ok'), figure('failed', String(failed), 'failed')]
  const ofHosts = [
    figure('hosts', String(Object.keys(end?.hosts ?? {}).length)),
    figure('ok', withThousands(sum('ok')), 'ok'),
    figure(
      tally.check ? 'would change' : 'changed',
      withThousands(sum('changed')),
      tally.check ? 'would-change' : 'changed',
    ),
    figure('unknown', String(sum('unknown')), 'unknown'),
    figure('failed', String(sum('failed') + sum('unreachable')), 'failed'),
  ]
  const figures = [
    ...(passed + failed > 0 ? ofChecks : ofHosts),
    figure('time', duration(end?.seconds ?? 0)),
    figure('round trips', withThousands(end?.roundTrips ?? 0)),
  ]
  return figures.map(each => (each.value === '0' ? { ...each, tone: '' } : each))
}

function ticksOf(length: number): number[] {
  const step = TICKS.find(seconds => length / seconds <= 8) ?? Math.ceil(length / 8 / 3600) * 3600
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, i) => i * step)
}

/** In the bar, or beside it on the side that has more room. */
function labelOf({ start, end }: PlaySpan, length: number, percent: (seconds: number) => string): string {
  if ((end - start) / length >= ROOMY) return `left:${percent(start)}`
  return start + end < length ? `left:${percent(end)}` : `right:${percent(length - start)}`
}

const barOf = ({ start, end, outcome, what }: Span, critical: boolean, percent: (seconds: number) => string): Bar => ({
  left: percent(start),
  width: percent(end - start),
  tone: outcome,
  critical,
  title: `${what} · ${outcome} · ${duration(end - start)}`,
})

/** What was not in order, play by play; what was is a number. */
function groupsOf(events: readonly Event[], check: boolean): Page['groups'] {
  const plays = new Map<string, ResourceEnd[]>()
  for (const event of events) {
    if (event.type !== 'resource.end') continue
    const ends = plays.get(event.play)
    if (ends) ends.push(event)
    else plays.set(event.play, [event])
  }
  return [...plays].map(([play, ends]) => {
    const count = zero()
    for (const { outcome } of ends) add(count, outcome === 'would-change' ? 'changed' : outcome)
    const rows = ends.filter(({ outcome }) => outcome !== 'ok' && outcome !== 'assumed').map(rowOf)
    return { play, words: countWords(count, check), rows }
  })
}

function rowOf(event: ResourceEnd): Row {
  const unseen = event.changes.flatMap(({ attribute, noText }) => (noText ? [`${attribute} not shown: ${noText}`] : []))
  const details = [...changeWords(event.changes, event.outcome, '→'), ...unseen]
  if (event.why) details.unshift(event.why)
  if (event.by) details.push(`by ${event.by}`)
  if (event.failure) details.unshift(event.failure.message)
  return {
    tone: event.outcome,
    word: event.outcome.replace('-', ' '),
    host: event.host,
    what: placeIn(event),
    details: details.join(', '),
    time: event.seconds < 0.05 ? '' : duration(event.seconds),
    diffs: event.changes.flatMap(({ text }) => (text === undefined ? [] : [text])),
  }
}
