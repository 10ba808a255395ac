import { createHash, randomUUID } from 'node:crypto'
import { mkdir, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { AndamioError, exitCode } from '../errors.ts'
import { isAlive, ownIdentity } from '../process/identity.ts'
import { userName } from '../process/user-name.ts'
import { labsFolder } from './folders.ts'
import { type Holder, readHolder, removeDead, tryLink } from './lock-file.ts'

export type { Holder } from './lock-file.ts'

export interface LabLock {
  /** Names this folder among those of all machines, containers too, until its machine reboots. */
  readonly seat: string
  release(): Promise<void>
}

/**
 * One run at a time on a lab, from this machine. The lock is a file that appears whole (`link` of a finished one fails
 * where it exists) and names its holder by process id, start time and boot: a killed run's lock is known to be dead at
 * once, without waiting for a time-out. Throws `lab-locked`, exit 75, naming a living holder.
 */
export async function lockLab(stateFolder: string, playbook: string): Promise<LabLock> {
  const path = join(stateFolder, 'lock')
  const mine = `${path}.${randomUUID()}`
  const holder: Holder = {
    process: await ownIdentity(),
    playbook,
    who: `${userName()}@${hostname()}`,
    since: new Date().toISOString(),
  }
  try {
    await writeInto(stateFolder, mine, JSON.stringify(holder))
    while (!(await tryLink(mine, path))) await removeIfDead(path, mine)
  } finally {
    // Where it could not be made, that is what is told.
    await rm(mine, { force: true }).catch(() => undefined)
  }
  const { dev, ino } = await stat(stateFolder)
  return {
    seat: createHash('sha256').update([holder.process.bootId, hostname(), dev, ino].join()).digest('hex'),
    async release() {
      await rm(path, { force: true })
      // A lab that is gone leaves no folder behind; one that is there has its keys in it.
      await rmdir(stateFolder).catch(ignoreNotEmpty)
      // Nor does the last of them leave the folder of all.
      if (dirname(stateFolder) === labsFolder()) await rmdir(labsFolder()).catch(ignoreNotEmpty)
    },
  }
}

/** The living run that holds this lab, for one that only looks; undefined where there is none, or none that we may see. */
export async function holderOf(stateFolder: string): Promise<Holder | undefined> {
  const holder = await readHolder(join(stateFolder, 'lock')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES') return undefined
    throw error
  })
  return holder && (await isAlive(holder.process)) ? holder : undefined
}

/** Throws `lab-locked` as `lockLab` would, and takes nothing. */
export async function refuseHeld(stateFolder: string): Promise<void> {
  const holder = await holderOf(stateFolder)
  if (holder) throw locked(join(stateFolder, 'lock'), holder)
}

/** `up by root@here, process 4711, since 2026-01-01T12:00:00.000Z`. */
export const holderWords = ({ process, playbook, who, since }: Holder): string =>
  `${playbook} by ${who}, process ${process.pid}, since ${since}`

/** Makes the folder too, again where a run that ends has just removed it, empty as it was. */
async function writeInto(folder: string, path: string, text: string): Promise<void> {
  for (;;) {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    try {
      return await writeFile(path, text, { mode: 0o600, flag: 'wx' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}

function ignoreNotEmpty(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'ENOENT') throw error
}

/** Removes a dead run's lock; throws when its holder lives. */
async function removeIfDead(path: string, mine: string): Promise<void> {
  const holder = await readHolder(path)
  if (!holder) return
  if (await isAlive(holder.process)) throw locked(path, holder)
  await removeDead(path, holder, mine)
}

function locked(path: string, holder: Holder): AndamioError {
  return new AndamioError(
    {
      code: 'lab-locked',
      message: `Another run holds this lab: ${holderWords(holder)}`,
      place: path,
      cause: 'Two runs at once could undo each other.',
      next: `Wait for it to end, or end process ${holder.process.pid} yourself; its lock then goes with it.`,
    },
    exitCode.locked,
  )
}
