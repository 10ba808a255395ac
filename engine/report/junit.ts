import { changeWords } from './changes.ts'
import type { CheckEnd, Event, Failure, HostLost, Reporter, ResourceEnd } from './events.ts'
import { writeReport } from './file.ts'
import { escapeMarkup } from './markup.ts'
import { printable } from './text.ts'

type Case = ResourceEnd | HostLost | CheckEnd

/**
 * A test suite a play, a test case a host and resource: failed where it failed, skipped where it is unknown. Checks are
 * a suite of their own. Written when the run ends.
 */
export function junitReporter({ file }: { readonly file: string }): Reporter {
  const suites = new Map<string, Case[]>()
  const orphans: Failure[] = []
  let title = ''
  let play = 'run'
  let seconds = 0
  return {
    on(event: Event): void {
      if (event.type === 'run.start') title = `${event.playbook} ${event.lab}`
      if (event.type === 'play.start') play = event.play
      if (event.type === 'run.end') seconds = event.seconds
      if (event.type === 'run.end' && event.failure) orphans.push(event.failure)
      if (event.type !== 'resource.end' && event.type !== 'host.unreachable' && event.type !== 'check.end') return
      const name = event.type === 'resource.end' ? event.play : event.type === 'check.end' ? 'checks' : play
      suites.set(name, [...(suites.get(name) ?? []), event])
    },
    async close(): Promise<void> {
      const body = [...suites].map(([name, cases]) => suite(name, cases.map(testCase)))
      if (orphans.length > 0)
        body.push(
          suite(
            'run',
            orphans.map(failure => element('run', failure.code, 0, failed(failure))),
          ),
        )
      const attributes = `name="${escapeMarkup(title)}" time="${seconds.toFixed(3)}"`
      await writeReport(
        file,
        `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${attributes}>\n${body.join('')}</testsuites>\n`,
      )
    },
  }
}

function suite(name: string, cases: readonly string[]): string {
  const count = (tag: string) => cases.filter(text => text.includes(`<${tag} `)).length
  const counts = `tests="${cases.length}" failures="${count('failure')}" skipped="${count('skipped')}"`
  return `  <testsuite name="${escapeMarkup(name)}" ${counts}>\n${cases.join('')}  </testsuite>\n`
}

function testCase(event: Case): string {
  if (event.type === 'host.unreachable') return element(event.host, 'reachable', 0, failed(event.failure))
  if (event.type === 'check.end') {
    const saw = event.passed
      ? ''
      : `<failure message="${escapeMarkup(`saw: ${event.saw}`)}" type="${escapeMarkup(event.id)}"${event.next === undefined ? '/>' : `>${escapeMarkup(printable(event.next))}</failure>`}`
    return element('checks', `${event.id} ${event.title}`, 0, saw)
  }
  const name = `${event.role}: ${event.kind} ${event.id}`
  if (event.failure) return element(event.host, name, event.seconds, failed(event.failure))
  if (event.outcome === 'unknown') {
    return element(event.host, name, event.seconds, `<skipped message="${escapeMarkup(event.why ?? 'unknown')}"/>`)
  }
  const changes = changeWords(event.changes, event.outcome, '->').join('\n')
  const told =
    event.outcome === 'ok' || event.outcome === 'assumed'
      ? ''
      : `<system-out>${escapeMarkup(`${event.outcome}\n${changes}`)}</system-out>`
  return element(event.host, name, event.seconds, told)
}

function element(className: string, name: string, seconds: number, content: string): string {
  const attributes = `classname="${escapeMarkup(className)}" name="${escapeMarkup(name)}" time="${seconds.toFixed(3)}"`
  return `    <testcase ${attributes}${content === '' ? '/>' : `>${content}</testcase>`}\n`
}

function failed({ code, message, place, cause, stderr = [], next }: Failure): string {
  const text = [place, cause, ...stderr, next].filter(part => part !== undefined).join('\n')
  return `<failure message="${escapeMarkup(printable(message))}" type="${escapeMarkup(code)}">${escapeMarkup(printable(text))}</failure>`
}
