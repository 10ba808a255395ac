import { lastLines } from '../../connection/failures.ts'
import { startHere } from '../../connection/local-process.ts'
import { attend } from '../../connection/running-command.ts'
import { AndamioError } from '../../errors.ts'

export interface ScriptOptions {
  /** Default 30. */
  readonly timeoutSeconds?: number
  readonly signal?: AbortSignal
}

const here = 'this machine'

/**
 * Runs POSIX sh on this machine under `set -eu`, given by stdin so that it is no part of the process list. Gives its
 * stdout. `what` names it in errors. Throws `command-failed` with the last lines of its stderr, and `command-timeout`
 * after its limit, when it and all that it has started are ended.
 */
export async function runHere(what: string, script: string, options: ScriptOptions = {}): Promise<string> {
  const running = startHere(here, 'sh', ['-eu', '-s'], {
    ...process.env,
    LC_ALL: 'C',
    PATH: `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/sbin:/sbin`,
  })
  // One compound command: sh reads all of it before it runs any of it.
  const { timeoutSeconds = 30, signal } = options
  const limits = { timeoutSeconds, stdin: `{\n${script}\n}\n`, ...(signal ? { signal } : {}) }
  const result = await attend(running, limits, { host: here, command: what })
  if (result.code === 0) return result.stdout.toString()
  throw new AndamioError({
    code: 'command-failed',
    message: `Failed on this machine: ${what}`,
    place: here,
    cause: result.signal ? `it was ended by ${result.signal}` : `exit status ${result.code}`,
    stderr: lastLines(result.stderr),
    next: 'Put right what it complains about, then run the same command again: it goes on where it stopped.',
  })
}
