import type { Failure } from './report/events.ts'

/** DESIGN 6: what a run's exit status means. */
export const exitCode = {
  done: 0,
  changesFound: 2,
  unknownsFound: 3,
  usage: 64,
  hostKeyRefused: 65,
  unreachable: 69,
  failed: 70,
  locked: 75,
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]

/**
 * An error for a person: a stable code, a place, a cause and a next step. Anything else that is thrown is a bug of ours
 * and is reported as one, with its stack.
 */
export class AndamioError extends Error {
  readonly failure: Failure
  readonly exit: ExitCode

  constructor(failure: Failure, exit: ExitCode = exitCode.failed, options?: { cause?: unknown }) {
    super(failure.message, options)
    this.name = 'AndamioError'
    this.failure = failure
    this.exit = exit
  }
}

/** Bad usage or a bad inventory: nothing has been connected to yet. */
export function usageError(failure: Omit<Failure, 'code'> & { code?: string }): AndamioError {
  return new AndamioError({ code: 'usage', ...failure }, exitCode.usage)
}

/** A file that a flag names, and that cannot come to stand there. */
export const fileUnwritable = (path: string, error: unknown): AndamioError =>
  usageError({
    code: 'file-unwritable',
    message: `${path} cannot be written`,
    cause: (error as Error).message,
    next: 'Nothing was done yet. Name a file that is not there yet, in a folder that is there, and yours.',
  })
