import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import { AndamioError, type ExitCode, exitCode, usageError } from '../../engine/errors.ts'
import { byUp } from '../../engine/play/next-step.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { RunStopped } from '../../engine/play/stop.ts'
import { didYouMean } from '../../engine/suggest.ts'
import { sshArguments } from './ssh-arguments.ts'

/** What ssh ends with when it has not come to the host, or was refused there. */
const sshFailed = 255

/**
 * Opens a shell on a host by the system's own ssh, with the lab's key and the host's known key, or runs `command` there,
 * whose words the shell there reads as one line. The run's exit status is that of the shell; 69 where there was none,
 * and where it ended with 255 or by a signal, for ssh tells none of these from another.
 */
export function login(host: string, command: readonly string[] = [], stdio: StdioOptions = 'inherit'): Step {
  return {
    title: `Log in to ${host}`,
    roles: [],
    groups: [],
    async perform(run: Run): Promise<void> {
      const names = run.lab.hosts.map(({ name }) => name)
      if (!names.includes(host)) {
        throw usageError({
          code: 'unknown-host',
          message: `There is no host ${host} in this lab`,
          place: run.lab.file,
          next: didYouMean(host, names, 'there are'),
        })
      }
      const found = run.found.get(host)
      if (found?.is !== 'running') {
        throw new AndamioError(
          { code: 'host-not-running', message: `${host} does not run`, next: byUp(run, 'Start it') },
          exitCode.unreachable,
        )
      }
      const ssh = spawn('ssh', [...sshArguments(found.endpoint), ...command], { stdio, signal: run.signal })
      const status = await statusOf(ssh)
      // ssh has said itself what is wrong. Any other status is that of the shell over there, whatever it means.
      if (status === sshFailed) throw new RunStopped(exitCode.unreachable)
      if (status !== 0) throw new RunStopped(status as ExitCode)
    },
  }
}

/** Its exit status, as a shell would tell it. Throws `no-ssh`, or an `AbortError` where the run was interrupted. */
async function statusOf(ssh: ChildProcess): Promise<number> {
  try {
    const [code, signal] = (await once(ssh, 'exit')) as [number | null, NodeJS.Signals | null]
    return code ?? 128 + (signal ? constants.signals[signal] : 0)
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error
    throw new AndamioError({
      code: 'no-ssh',
      message: 'The program ssh cannot be started on this machine',
      cause: (error as Error).message,
      next: 'Install it (on Debian: apt-get install openssh-client), then run the same command again.',
    })
  }
}
