import type { Failure, HostCount, RunEnd } from './events.ts'
import { failuresTogether } from './failures-together.ts'
import { heading } from './layout.ts'
import { type LineOptions, wrapParts } from './lines.ts'
import { recap } from './recap.ts'
import { add, countWords, type FailedAt, type Tally, zero } from './tally.ts'
import { counted, duration, wrap } from './text.ts'

type Look = Pick<LineOptions, 'style' | 'columns'>

const LABEL = 8
/** Of a host's complaint the end tells most. */
const STDERR_LINES = 12

/** The end of a run: what failed and why, the recap, the verdict, the way on. */
export function closing(event: RunEnd, tally: Tally, look: Look): readonly string[] {
  const { style } = look
  const lines: string[] = []
  if (tally.failures.length > 0) {
    lines.push('', heading('FAILED', look))
    for (const [i, failed] of failuresTogether(tally.failures, Object.keys(event.hosts)).entries())
      lines.push(...(i > 0 ? [''] : []), ...failureBlock(failed, look))
  }
  lines.push(...recap(event, tally, look), '')
  const total = zero()
  for (const count of Object.values({ ...event.hosts, ...event.others })) {
    for (const [column, number] of Object.entries(count)) add(total, column as keyof HostCount, number)
  }
  const verdict = verdictWords(event, total, tally)
  const figures = [duration(event.seconds), counted(event.roundTrips, 'round trip'), megabytes(event.memoryBytes)]
  const paint = event.exit === 0 ? style.good : event.exit === 2 || event.exit === 3 ? style.bold : style.bad
  const [first = '', ...rest] = wrapParts([verdict, ...figures], look.columns(), style)
  lines.push(paint(verdict) + style.dim(first.slice(verdict.length)), ...rest.map(style.dim))
  if (event.resume) lines.push(`${style.bold('To resume:')} ${event.resume}`)
  return lines
}

function verdictWords({ exit }: RunEnd, total: HostCount, { check, checks }: Tally): string {
  // What only looks, or only fetches, has nothing to count.
  const none = Object.values(total).every(number => number === 0)
  const counts = none ? '' : `: ${countWords(total, check)}`
  if (exit === 130) return `Interrupted${counts}`
  if (exit !== 0 && exit !== 2 && exit !== 3) {
    return checks.failed > 0
      ? `${checks.failed} of ${counted(checks.passed + checks.failed, 'check')} failed`
      : `Failed (exit ${exit})${counts}`
  }
  if (checks.passed > 0) return `All ${counted(checks.passed, 'check')} passed`
  if (none) return check ? 'Nothing to do' : 'Done'
  const open = total.changed + total.unknown + (total.assumed ?? 0)
  return open === 0 ? `Nothing to do${counts}` : `${check ? 'Checked' : 'Done'}${counts}`
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1_000_000)} MB`

/** Code, place, cause, the last words of the host, the next step: everything to act on without scrolling up. */
export function failureBlock({ where, failure }: FailedAt, { style, columns }: Look): readonly string[] {
  const width = Math.max(40, Math.min(columns(), 120) - LABEL - 2)
  const labelled = (label: string, text: string | undefined, paint: (line: string) => string = line => line) =>
    text === undefined || text === ''
      ? []
      : wrap(text, width).map((line, i) =>
          `  ${style.dim((i === 0 ? label : '').padEnd(LABEL))}${paint(line)}`.trimEnd(),
        )
  const stderr = lastLines(failure)
  return [
    ...(where === '' ? [] : [style.bad(where)]),
    ...labelled('error', failure.message, style.bold),
    ...labelled('place', failure.place === where ? undefined : failure.place),
    ...labelled('cause', failure.cause),
    ...labelled('output', stderr, style.dim),
    ...labelled('next', failure.next),
    ...labelled('code', `${failure.code} (docs/errors.md)`, style.dim),
  ]
}

function lastLines({ stderr = [] }: Failure): string {
  const left = stderr.slice(-STDERR_LINES)
  return [
    ...(left.length < stderr.length ? [`(${stderr.length - left.length} earlier lines left out)`] : []),
    ...left,
  ].join('\n')
}
