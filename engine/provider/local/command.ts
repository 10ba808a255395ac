import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { AndamioError } from '../../errors.ts'

export interface ScriptOptions {
  /** Default 30. */
  readonly timeoutSeconds?: number
  readonly signal?: AbortSignal
}

/**
 * Runs POSIX sh on this machine under `set -eu`, given by stdin so that it is no part of the process list. Gives its
 * stdout. `what` names it in errors. Throws `command-failed` with the last lines of its stderr.
 */
export async function runHere(what: string, script: string, options: ScriptOptions = {}): Promise<string> {
  const limit = options.timeoutSeconds ?? 30
  const child = spawn('sh', ['-eu', '-s'], {
    env: { ...process.env, LC_ALL: 'C', PATH: `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/sbin:/sbin` },
    timeout: limit * 1000,
    ...(options.signal ? { signal: options.signal } : {}),
  })
  const stdout: Buffer[] = []
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk).slice(-8192)
  })
  // A script that ends before it has read all of itself is judged by its status, not by our broken pipe.
  child.stdin.on('error', () => {})
  // One compound command: sh reads all of it before it runs any of it.
  child.stdin.end(`{\n${script}\n}\n`)
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  if (code === 0) return Buffer.concat(stdout).toString()
  throw new AndamioError({
    code: 'command-failed',
    message: `Failed on this machine: ${what}`,
    place: 'this machine',
    cause: signal ? `ended by ${signal}, its limit is ${limit} s` : `exit status ${code}`,
    stderr: stderr.trim().split('\n').slice(-12),
    next: 'Put right what it complains about, then run the same command again: it goes on where it stopped.',
  })
}
