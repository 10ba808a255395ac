import { appendFileSync } from 'node:fs'
import { exitCode } from '../errors.ts'
import { changeWords } from './changes.ts'
import type { Event, Failure, Reporter, ResourceEnd } from './events.ts'
import { failureText, type Output } from './failure-text.ts'
import { clip, counted, duration, harmless } from './text.ts'

export interface DriftOptions {
  readonly stream: Output
  readonly env: Readonly<Record<string, string | undefined>>
  /** Says nothing where nothing differs. */
  readonly quiet: boolean
  /** The command that would bring all back. */
  readonly mend: string
}

/** Of a lab that is not built, everything differs: whoever wants to read all that has `up --check`. */
const LISTED = 60

const differs = ({ outcome }: ResourceEnd): boolean => outcome === 'would-change' || outcome === 'unknown'

const wordsOf = ({ changes, outcome, why = 'not known' }: ResourceEnd): string =>
  outcome === 'unknown' ? `not known: ${why}` : changeWords(changes, outcome, '->').join(', ')

interface Line {
  readonly host: string
  readonly text: string
}

/** Read backwards, a difference is what somebody has done: which way it is told is said above all of them. */
const direction = 'is -> should be, + missing, - too much'

/** One for each thing that differs; for what of a host is not known for one and the same cause, one together. */
function linesOf(found: readonly ResourceEnd[]): readonly Line[] {
  const lines = new Map<string, Line & { readonly count: number }>()
  for (const each of found) {
    const { host, role, kind, id, outcome, why = '' } = each
    const key = outcome === 'unknown' ? `${host} ${why}` : `${host} ${role} ${kind} ${id}`
    const count = (lines.get(key)?.count ?? 0) + 1
    const text =
      count === 1 ? `${role}: ${kind} ${id}  ${wordsOf(each)}` : `${counted(count, 'thing')} not known: ${why}`
    lines.set(key, { host, text, count })
  }
  return [...lines.values()]
}

/** What a check has found, as what it is to whoever has not touched anything since: a difference, a line each. */
export function driftReporter({ stream, env, quiet, mend }: DriftOptions): Reporter {
  const found: ResourceEnd[] = []
  const failures: Failure[] = []
  const held: string[] = []
  let [head, looked] = ['', 0]
  const say = (line: string): void => void stream.write(`${line}\n`)
  return {
    on(told: Event): void {
      const event = harmless(told)
      if (event.type === 'run.start') head = `drift  lab ${event.lab} - ${event.inventory}`
      if (event.type === 'notice' && event.data?.heldBy) held.push(event.text)
      if (event.type === 'host.unreachable') failures.push({ place: event.host, ...event.failure })
      if (event.type === 'resource.end') {
        looked += 1
        if (event.failure) failures.push({ place: event.host, ...event.failure })
        else if (differs(event)) found.push(event)
      }
      if (event.type !== 'run.end') return
      if (event.failure) failures.push(event.failure)
      if (quiet && event.exit === 0) return
      for (const line of [head, ...held]) say(line)
      const width = Math.max(...found.map(({ host }) => host.length), 4)
      const lines = linesOf(found)
      if (found.some(({ outcome }) => outcome !== 'unknown')) say(`  ${'host'.padEnd(width)}  what: ${direction}`)
      for (const { host, text } of lines.slice(0, LISTED)) say(`  ${host.padEnd(width)}  ${text}`)
      if (lines.length > LISTED) say(`  and ${lines.length - LISTED} more`)
      for (const failure of failures) stream.write(failureText(failure, stream, {}))
      const interrupted = event.exit === exitCode.interrupted
      say(summary(found, { looked, failed: failures.length, interrupted }, event.seconds))
      if (found.length > 0) say(`To see more: ${mend} --check --diff\nTo bring it back: ${mend}`)
      if (env.GITHUB_STEP_SUMMARY) appendFileSync(env.GITHUB_STEP_SUMMARY, markdown(head, found, failures, interrupted))
    },
    close(): void {},
  }
}

interface Looked {
  readonly looked: number
  readonly failed: number
  /** What was not looked at may differ. */
  readonly interrupted: boolean
}

function summary(found: readonly ResourceEnd[], { looked, failed, interrupted }: Looked, seconds: number): string {
  const nothing = interrupted
    ? 'nothing so far differs'
    : failed > 0
      ? 'Nothing that was looked at differs'
      : 'Nothing differs'
  const different = found.filter(({ outcome }) => outcome !== 'unknown')
  const hosts = [...new Set(different.map(({ host }) => host))]
  const differ = different.length === 1 ? '1 thing differs' : `${counted(different.length, 'thing')} differ`
  const unknown = found.length - different.length
  const told =
    (different.length === 0 ? nothing : `${differ} on ${hosts.join(', ')}`) +
    (unknown === 0 ? '' : `, ${counted(unknown, 'thing')} not known`)
  const stopped = failed === 0 ? '' : `; ${counted(failed, 'failure')}, so not all was looked at`
  const cut = interrupted ? 'Interrupted: not all was looked at; ' : ''
  return `${cut}${told}: ${counted(looked, 'thing')} looked at in ${duration(seconds)}${stopped}.`
}

/** For the page that GitHub shows of a workflow's run. */
function markdown(
  head: string,
  found: readonly ResourceEnd[],
  failures: readonly Failure[],
  interrupted: boolean,
): string {
  const cell = (text: string): string => asCell(clip(text, 200))
  const rows = found
    .slice(0, LISTED)
    .map(each => `| ${cell(each.host)} | ${cell(`${each.kind} ${each.id}`)} | ${cell(wordsOf(each))} |`)
  const table = rows.length === 0 ? [] : [`| Host | What | Differs: ${direction} |`, '|---|---|---|', ...rows, '']
  const failed = failures.map(({ code, message }) => `- ${cell(`${code}: ${message}`)}`)
  const more = found.length > LISTED ? [`and ${found.length - LISTED} more`, ''] : []
  const cut = interrupted ? ['Interrupted: not all was looked at.', ''] : []
  const none = found.length + failures.length + cut.length === 0 ? ['Nothing differs.', ''] : []
  return [`### ${cell(head)}`, '', ...cut, ...none, ...table, ...more, ...failed, ''].join('\n')
}

/** Text that stands in a cell of a table as it is. */
const asCell = (text: string): string =>
  text
    .replace(/[\r\n]/g, ' ')
    .replace(/[\\|`*_[\]]/g, '\\$&')
    .replace(/[&<>]/g, at => `&#${at.charCodeAt(0)};`)

const asFailure = (event: ResourceEnd): Failure => ({
  code: 'drift',
  message: `${event.kind} ${event.id} differs: ${wordsOf(event)}`,
  place: `${event.host}, ${event.role}`,
})

/** For reports that know failures and not differences: there, a difference is one. */
export function differencesAsFailures(reporter: Reporter): Reporter {
  return {
    on(event: Event): void {
      const differing = event.type === 'resource.end' && !event.failure && differs(event)
      reporter.on(differing ? { ...event, failure: asFailure(event) } : event)
    },
    close: () => reporter.close(),
  }
}
