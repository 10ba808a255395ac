import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { unreachable } from './failures.ts'
import type { Running } from './running-command.ts'

/**
 * Starts a command of this machine in a process group of its own, so that what it starts ends with it, and an interrupt
 * on the terminal reaches us alone. `host` names the machine in errors.
 */
export function startHere(
  host: string,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Running {
  const child = spawn(program, args, { detached: true, env: { ...env }, cwd: '/' })
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended: endOf(child, host),
    terminate: () => signalGroup(child, 'SIGTERM'),
    abandon: () => {
      signalGroup(child, 'SIGKILL')
      // What left the group may still hold these, and nobody reads them any more.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy()
    },
  }
}

function endOf(child: ChildProcessWithoutNullStreams, host: string): Running['ended'] {
  return new Promise((resolve, reject) => {
    child.once('error', error => reject(unreachable(host, `its commands cannot be started: ${error.message}`)))
    child.once('close', (code, signal) => resolve({ code, ...(signal ? { signal: signal.slice('SIG'.length) } : {}) }))
  })
}

function signalGroup({ pid }: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // the whole group has ended
  }
}
