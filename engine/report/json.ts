import type { Event, Reporter } from './events.ts'

/** One event a line, for programs. The format is `events.ts`, and public. */
export function jsonReporter({ stream }: { readonly stream: NodeJS.WritableStream }): Reporter {
  return {
    on(event: Event): void {
      stream.write(`${JSON.stringify(event)}\n`)
    },
    close: () => new Promise<void>(resolve => stream.write('', () => resolve())),
  }
}
