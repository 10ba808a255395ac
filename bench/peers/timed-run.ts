import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'

export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

export interface TimedRun {
  readonly exit: number | null
  readonly seconds: number
  /** Of this machine's processors, for the command and all that it waited for. */
  readonly cpuSeconds: number
  /** All that it printed. */
  readonly output: string
}

/** Beyond the slowest peer's slowest cell: ansible-core takes 26 minutes for a hundred resources on twenty hosts. */
const limitMilliseconds = 40 * 60_000

/**
 * Runs a command and tells how long it took. What it prints goes to a file: an ssh that some tools leave behind would
 * hold a pipe open. The shell around it only asks what its children have used. The signal ends all of them, and throws
 * its reason when they have ended.
 */
export async function timedRun(
  { program, args, cwd, env }: Command,
  folder: string,
  signal?: AbortSignal,
): Promise<TimedRun> {
  signal?.throwIfAborted()
  const [outputFile, timesFile] = [join(folder, 'output'), join(folder, 'times')]
  await rm(timesFile, { force: true })
  const output = await open(outputFile, 'w')
  const began = performance.now()
  const child = spawn(
    'bash',
    // The trap makes the shell wait for the command that is ended with it, by whoever does.
    ['-c', 'trap : INT TERM; "$@"; status=$?; times >"$BENCH_TIMES"; exit $status', 'bash', program, ...args],
    // A group of its own: an interrupt at the terminal is ours to hand on.
    { cwd, env: { ...env, BENCH_TIMES: timesFile }, stdio: ['ignore', output.fd, output.fd], detached: true },
  )
  const limit = AbortSignal.timeout(limitMilliseconds)
  const ended = AbortSignal.any(signal ? [limit, signal] : [limit])
  const endAll = () => child.pid && process.kill(-child.pid, 'SIGTERM')
  ended.addEventListener('abort', endAll)
  const [exit] = (await once(child, 'exit')) as [number | null]
  ended.removeEventListener('abort', endAll)
  const seconds = (performance.now() - began) / 1000
  await output.close()
  signal?.throwIfAborted()
  const said = await readFile(outputFile, 'utf8')
  const times = await readFile(timesFile, 'utf8').catch(() => undefined)
  // The shell tells them whatever the command ended with, unless somebody ended it, too.
  if (times === undefined || limit.aborted)
    throw new Error(`${program} was ended before its time, after ${seconds.toFixed(0)} s:\n${said}`)
  return {
    exit,
    seconds,
    cpuSeconds: childrensSeconds(times),
    output: said,
  }
}

/** The second line of `times`: user and system time of children, `0m1.234s 0m0.567s`. */
export function childrensSeconds(times: string): number {
  const words = times.trim().split('\n')[1]?.split(' ') ?? []
  return words.reduce((sum, word) => {
    const [, minutes, seconds] = word.match(/^(\d+)m([\d.,]+)s$/) ?? []
    if (seconds === undefined) throw new Error(`not what a shell's times tells: ${times}`)
    return sum + Number(minutes) * 60 + Number(seconds.replace(',', '.'))
  }, 0)
}
