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

/** Half an hour is beyond the slowest peer's slowest cell. */
const limitMilliseconds = 40 * 60_000

/**
 * Runs a command and tells how long it took. What it prints goes to a file: an ssh that some tools leave behind would
 * hold a pipe open. The shell around it only asks what its children have used.
 */
export async function timedRun({ program, args, cwd, env }: Command, folder: string): Promise<TimedRun> {
  const [outputFile, timesFile] = [join(folder, 'output'), join(folder, 'times')]
  await rm(timesFile, { force: true })
  const output = await open(outputFile, 'w')
  const began = performance.now()
  const child = spawn(
    'bash',
    ['-c', '"$@"; status=$?; times >"$BENCH_TIMES"; exit $status', 'bash', program, ...args],
    {
      cwd,
      env: { ...env, BENCH_TIMES: timesFile },
      stdio: ['ignore', output.fd, output.fd],
      timeout: limitMilliseconds,
    },
  )
  const [exit] = (await once(child, 'exit')) as [number | null]
  const seconds = (performance.now() - began) / 1000
  await output.close()
  const said = await readFile(outputFile, 'utf8')
  const times = await readFile(timesFile, 'utf8').catch(() => undefined)
  // The shell tells them whatever the command ended with, unless somebody ended it, too.
  if (times === undefined)
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
