import type { Event, Reporter } from './events.ts'

/** One event a line, for programs. The format is `events.ts`, and public. */
export function jsonReporter({ stream }: { readonly stream: NodeJS.WritableStream }): Reporter {
  let gone = false
  // A reader such as `head` may leave early; the run goes on.
  stream.on('error', () => {
    gone = true
  })
  return {
    on(event: Event): void {
      if (!gone) stream.write(`${JSON.stringify(event)}\n`)
    },
    async close(): Promise<void> {
      if (!gone) await new Promise<void>(resolve => stream.write('', () => resolve()))
    },
  }
}
