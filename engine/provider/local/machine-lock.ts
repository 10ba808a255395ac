import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { unlessAborted } from '../../connection/unless-aborted.ts'
import { AndamioError, exitCode } from '../../errors.ts'

/** What labs of this machine share while it is up; empty after a boot, as the settings that it remembers are. */
export const sharedFolder = '/run/andamio'

/** To change routes and rules takes a second. */
const limit = 60

export interface LockWish {
  readonly folder?: string
  readonly limitSeconds?: number
  /** Ends the wait for the lock, not the work under it. */
  readonly signal?: AbortSignal | undefined
  /** Told where the lock is not had at once. */
  readonly waiting?: ((what: string, limitSeconds: number) => void) | undefined
}

/**
 * Runs `work` while no other lab changes what all of them share: routes, forwarding. The kernel holds the lock for a
 * child that lives as long as we do, so a killed run leaves none. Throws `machine-locked`, exit 75.
 */
export async function withMachineLock<T>(
  work: () => Promise<T>,
  { folder = sharedFolder, limitSeconds = limit, signal, waiting }: LockWish = {},
): Promise<T> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const lock = ['-w', String(limitSeconds), join(folder, 'lock'), 'sh', '-c', 'echo held; cat']
  // In a session of its own: an interrupt of the terminal would take the lock away from work that is finished first.
  const holder = spawn('flock', lock, { detached: true, stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = once(holder, 'close').then(() => undefined)
  const telling = setTimeout(() => waiting?.('another lab to change the network of this machine', limitSeconds), 1000)
  try {
    const held = await unlessAborted(signal, Promise.race([once(holder.stdout, 'data'), ended]), () => undefined)
    if (!held) throw lockNotHad(folder, limitSeconds)
    clearTimeout(telling)
    return await work()
  } catch (error) {
    // One that waits hears neither that its input ends nor anything else. What it has begun by now ends with its input.
    holder.kill()
    throw error
  } finally {
    clearTimeout(telling)
    holder.stdin.end()
    await ended
  }
}

const lockNotHad = (folder: string, limitSeconds: number): AndamioError =>
  new AndamioError(
    {
      code: 'machine-locked',
      message: 'Another lab has been changing the network of this machine for a long time',
      place: join(folder, 'lock'),
      cause: `the lock was not free within ${limitSeconds} s`,
      next: `See who holds it with: fuser -v ${join(folder, 'lock')}`,
    },
    exitCode.locked,
  )
