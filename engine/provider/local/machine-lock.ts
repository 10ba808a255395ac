import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AndamioError, exitCode } from '../../errors.ts'

/** What labs of this machine share while it is up; empty after a boot, as the settings that it remembers are. */
export const sharedFolder = '/run/andamio'

/** To change routes and rules takes a second. */
const limit = 60

/**
 * Runs `work` while no other lab changes what all of them share: routes, forwarding. The kernel holds the lock for a
 * child that lives as long as we do, so a killed run leaves none. Throws `machine-locked`, exit 75.
 */
export async function withMachineLock<T>(
  work: () => Promise<T>,
  folder = sharedFolder,
  limitSeconds = limit,
): Promise<T> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const holder = spawn('flock', ['-w', String(limitSeconds), join(folder, 'lock'), 'sh', '-c', 'echo held; cat'])
  try {
    const held = await Promise.race([once(holder.stdout, 'data'), once(holder, 'close').then(() => undefined)])
    if (!held) throw lockNotHad(folder, limitSeconds)
    return await work()
  } finally {
    holder.stdin.end()
    if (holder.exitCode === null) await once(holder, 'close')
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
