import { AndamioError, type ExitCode, exitCode } from '../errors.ts'
import type { Failure } from '../report/events.ts'
import type { Run } from './run.ts'

/** Ends a run whose failures have been told already, host by host. */
export class RunStopped extends Error {
  readonly exit: ExitCode
  constructor(exit: ExitCode) {
    super('the run has stopped')
    this.exit = exit
  }
}

const exits = new Map<string, ExitCode>([
  ['host-key-changed', exitCode.hostKeyRefused],
  ['host-key-unknown', exitCode.hostKeyRefused],
])

/** A play finishes on the hosts that are well; the run stops after it. */
export function stopIfFailed(run: Run): void {
  if (run.signal.aborted) throw new RunStopped(exitCode.interrupted)
  if (run.failures.size === 0) return
  const codes = [...run.failures.values()].map(
    failure => exits.get(failure.code) ?? (isUnreachable(failure) ? exitCode.unreachable : exitCode.failed),
  )
  throw new RunStopped(
    codes.includes(exitCode.hostKeyRefused)
      ? exitCode.hostKeyRefused
      : codes.every(code => code === exitCode.unreachable)
        ? exitCode.unreachable
        : exitCode.failed,
  )
}

export const isUnreachable = (failure: Failure): boolean =>
  failure.code === 'unreachable' || failure.code === 'host-not-running' || failure.code.startsWith('host-key-')

/** Any error as a failure for people; what is not one of ours is a bug and says so, with its stack. */
export function failureOf(error: unknown): Failure {
  if (error instanceof AndamioError) return error.failure
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  return {
    code: 'bug',
    message: `This is a bug in andamio: ${message}`,
    stderr: stack?.split('\n').slice(1, 8) ?? [],
    next: 'Please report it with this output.',
  }
}
