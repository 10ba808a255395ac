import type { Event, Failure, Reporter, RunEnd } from './events.ts'

/** One event a line, for programs. The format is `events.ts`, and public. */
export function jsonReporter({ stream }: { readonly stream: NodeJS.WritableStream }): Reporter {
  return {
    on(event: Event): void {
      stream.write(`${JSON.stringify(event)}\n`)
    },
    close: () => new Promise<void>(resolve => stream.write('', () => resolve())),
  }
}

/** The whole of a run that never began: bad usage, a bad inventory. Ends with a newline. */
export function unbegun(exit: number, failure: Failure): string {
  const { rss } = process.memoryUsage()
  const at = new Date().toISOString()
  const seconds = performance.now() / 1000
  const end: RunEnd = { type: 'run.end', at, exit, seconds, roundTrips: 0, memoryBytes: rss, hosts: {}, failure }
  return `${JSON.stringify(end)}\n`
}
