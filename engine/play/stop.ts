import { AndamioError, type ExitCode, exitCode } from '../errors.ts'
import type { Failure } from '../report/events.ts'
import { fileTrouble } from './file-trouble.ts'
import type { Run } from './run.ts'

/** Ends a run whose failures have been told already, host by host. */
export class RunStopped extends Error {
  readonly exit: ExitCode
  constructor(exit: ExitCode) {
    super('the run has stopped')
    this.exit = exit
  }
}

/** A play finishes on the hosts that are well; the run stops after it, with the gravest exit status. */
export function stopIfFailed(run: Run): void {
  if (run.signal.aborted) throw new RunStopped(exitCode.interrupted)
  if (run.lease?.refused) throw run.lease.refused
  const exits = new Set(run.failures.values())
  const gravest = [exitCode.hostKeyRefused, exitCode.failed].find(exit => exits.has(exit))
  if (exits.size > 0) throw new RunStopped(gravest ?? [...exits][0] ?? exitCode.failed)
}

export const exitOf = (error: unknown): ExitCode => (error instanceof AndamioError ? error.exit : exitCode.failed)

/** Nothing was done on the host, for it was not reached. */
export const isUnreachable = (exit: ExitCode): boolean =>
  exit === exitCode.unreachable || exit === exitCode.hostKeyRefused

/** Any error as a failure for people; what is not one of ours is a bug and says so, with its stack. */
export function failureOf(error: unknown): Failure {
  if (error instanceof AndamioError) return error.failure
  const trouble = fileTrouble(error)
  if (trouble) return trouble.failure
  const { message, stack } = error instanceof Error ? error : new Error(String(error))
  return {
    code: 'bug',
    message: `This is a bug in andamio: ${message}`,
    stderr: stack?.split('\n').slice(1, 8) ?? [],
    next: 'Please report it with this output.',
  }
}
