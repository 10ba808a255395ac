import type { Reporter } from './events.ts'
import { failureText } from './failure-text.ts'

/** For a playbook that gives the terminal away, such as a shell on a host: says nothing but what went wrong. */
export function failureReporter(stream: NodeJS.WriteStream): Reporter {
  return {
    on(event) {
      if (event.type === 'run.end' && event.failure) stream.write(failureText(event.failure, stream, process.env))
      if (event.type === 'host.unreachable') stream.write(failureText(event.failure, stream, process.env))
    },
    close: () => undefined,
  }
}
