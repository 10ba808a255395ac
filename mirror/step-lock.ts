import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type FileHandle, open } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { AndamioError, exitCode } from '../engine/errors.ts'

export interface StepLock {
  /** Handed on to the step's commands, which hold the lock as long as they live. */
  readonly descriptor: number
  release(): Promise<void>
}

const pollMilliseconds = 300

/**
 * One process at a time in a step's scratch folder. The lock is the kernel's own (`flock`), taken on a file that this
 * process keeps open and its commands inherit: a lock belongs to the open file, so it ends with the last process that
 * holds it. A run after a `kill -9` thus waits for the compilers that the killed one left behind, and never for the dead.
 *
 * `waiting` is called at each look while someone else holds it. Throws `mirror-step-locked` when the limit passes.
 */
export async function lockStep(
  path: string,
  options: { readonly limitSeconds: number; readonly signal: AbortSignal; readonly waiting: () => void },
): Promise<StepLock> {
  const file = await open(path, 'a', 0o600)
  try {
    const end = Date.now() + options.limitSeconds * 1000
    while (!(await tryFlock(file))) {
      if (Date.now() > end) throw heldTooLong(path, options.limitSeconds)
      options.waiting()
      await pause(pollMilliseconds, undefined, { signal: options.signal })
    }
  } catch (error) {
    await file.close()
    throw error
  }
  return { descriptor: file.fd, release: () => file.close() }
}

/** Node has no flock; util-linux's program locks the description that it shares with us, and the lock outlives it. */
async function tryFlock(file: FileHandle): Promise<boolean> {
  const child = spawn('flock', ['--exclusive', '--nonblock', '3'], { stdio: ['ignore', 'ignore', 'ignore', file.fd] })
  const [code] = (await once(child, 'close')) as [number | null]
  return code === 0
}

function heldTooLong(path: string, seconds: number): AndamioError {
  return new AndamioError(
    {
      code: 'mirror-step-locked',
      message: `Another process has been building the same part of the mirror for more than ${seconds} s`,
      place: path,
      cause: 'Another run builds it, or a command of a killed run still does.',
      next: `See who with: fuser -v ${path}`,
    },
    exitCode.locked,
  )
}
