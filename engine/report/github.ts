import type { Event, Failure, Reporter } from './events.ts'
import { printable } from './text.ts'

const escapeData = (text: string) => text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
const escapeProperty = (text: string) => escapeData(text).replace(/:/g, '%3A').replace(/,/g, '%2C')

/** A workflow command that GitHub shows beside the line of the file that is wrong, where the failure names one. */
export function annotation(level: 'error' | 'warning', failure: Failure): string {
  const { code, message, place, cause, next } = failure
  const located = /^([^\s:]+\.[a-z]+):(\d+):(\d+)$/.exec(place ?? '')
  const properties = {
    ...(located ? { file: located[1], line: located[2], col: located[3] } : {}),
    title: code,
  }
  const listed = Object.entries(properties).map(([name, value = '']) => `${name}=${escapeProperty(value)}`)
  const text = [message, located ? undefined : place, cause, next].filter(part => part !== undefined).join('\n')
  return `::${level} ${listed.join(',')}::${escapeData(printable(text))}`
}

/** Failures and warnings as annotations; for runs in GitHub Actions, beside the reporter for people. */
export function githubReporter({ stream }: { readonly stream: NodeJS.WritableStream }): Reporter {
  const say = (line: string) => void stream.write(`${line}\n`)
  return {
    on(event: Event): void {
      if (event.type === 'notice' && event.level === 'warning') {
        say(annotation('warning', { code: event.level, message: event.text }))
      }
      if (event.type === 'check.end' && !event.passed) {
        say(
          annotation('error', {
            code: event.id,
            message: event.title,
            cause: `saw: ${event.saw}`,
            ...(event.next ? { next: event.next } : {}),
          }),
        )
      }
      if ('failure' in event && event.failure) {
        const place = event.failure.place ?? ('host' in event ? event.host : undefined)
        say(annotation('error', { ...event.failure, ...(place === undefined ? {} : { place }) }))
      }
    },
    close(): void {},
  }
}
