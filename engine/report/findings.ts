import { exitCode } from '../errors.ts'
import type { Event, Failure, Reporter } from './events.ts'
import type { Output } from './failure-text.ts'
import { styleOf } from './style.ts'
import { counted, duration, harmless, wrap } from './text.ts'

/** Checks, a line each, and what was found wrong with what to do; the plays behind them are told only where they fail. */
export function findingsReporter({ stream }: { readonly stream: Output }): Reporter {
  const style = styleOf(stream, Boolean(stream.isTTY))
  let [passed, found] = [0, 0]
  const say = (line: string): void => void stream.write(`${line}\n`)
  const lines = (label: string, text: string): void => {
    const width = Math.max(40, Math.min(stream.columns ?? 120, 120) - 11)
    for (const [i, line] of wrap(text, width).entries()) say(`  ${(i === 0 ? label : '').padEnd(8)} ${line}`)
  }
  const finding = (title: string, saw: string, next: string | undefined): void => {
    found += 1
    say(`  ${style.bad('stops up'.padEnd(8))} ${style.bold(title)}`)
    lines('', saw)
    if (next !== undefined) lines('fix', next)
  }
  const failure = (place: string, { message, cause, next }: Failure): void =>
    finding(place, cause === undefined ? message : `${message.replace(/\.$/, '')}: ${cause}`, next)
  return {
    on(told: Event): void {
      const event = harmless(told)
      if (event.type === 'run.start') say(`${event.playbook}  lab ${event.lab} - ${event.inventory}`)
      if (event.type === 'notice' && (event.data?.heldBy || event.data?.notAsked)) say(event.text)
      if (event.type === 'host.unreachable') failure(event.host, event.failure)
      if (event.type === 'resource.end' && event.failure) failure(event.host, event.failure)
      if (event.type === 'check.end' && !event.passed) finding(event.title, event.saw, event.next)
      if (event.type === 'check.end' && event.passed) {
        passed += 1
        say(`  ${style.good('ok'.padEnd(8))} ${event.title}: ${event.saw}`)
      }
      if (event.type !== 'run.end') return
      if (event.failure) failure(event.failure.place ?? 'this run', event.failure)
      say(`${verdict(event.exit === exitCode.interrupted, found, passed)}, ${duration(event.seconds)}.`)
    },
    close(): void {},
  }
}

/** What was not looked at may be what stops an up. */
function verdict(interrupted: boolean, found: number, passed: number): string {
  if (interrupted && found + passed === 0) return 'Interrupted: nothing was looked at'
  const none = interrupted ? 'nothing so far' : 'Nothing'
  const all = `${found === 0 ? none : counted(found, 'thing')} would stop an up; ${counted(passed, 'check')} passed`
  return interrupted ? `Interrupted: not all was looked at; ${all}` : all
}
