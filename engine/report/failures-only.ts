import type { Reporter } from './events.ts'
import { failureText } from './failure-text.ts'
import type { Surroundings } from './reporters.ts'

/** For a playbook that gives the terminal away, such as a shell on a host: says nothing but what went wrong. */
export function failureReporter({ stderr, env }: Pick<Surroundings, 'stderr' | 'env'>): Reporter {
  return {
    on(event) {
      if (event.type === 'run.end' && event.failure) stderr.write(failureText(event.failure, stderr, env))
      if (event.type === 'host.unreachable') stderr.write(failureText(event.failure, stderr, env))
    },
    close: () => undefined,
  }
}
