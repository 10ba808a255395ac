import { createHash, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { AndamioError, exitCode } from '../errors.ts'
import { isAlive, ownIdentity, type ProcessIdentity } from '../process/identity.ts'
import { userName } from '../process/user-name.ts'
import { labsFolder } from './folders.ts'

/** A run that holds a lab. */
export interface Holder {
  readonly process: ProcessIdentity
  readonly playbook: string
  readonly who: string
  /** ISO 8601. */
  readonly since: string
}

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
    while (!(await tryLink(mine, path))) await removeIfDead(path)
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
  const holder = await read(join(stateFolder, 'lock')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES') return undefined
    throw error
  })
  return holder && (await isAlive(holder.process)) ? holder : undefined
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

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/**
 * Removes a dead run's lock; throws when its holder lives. Only who holds the guard may remove, and it looks again first:
 * otherwise one that read the dead lock late would remove the lock of the run that has just taken its place.
 */
async function removeIfDead(path: string): Promise<void> {
  const holder = await read(path)
  if (!holder) return
  if (await isAlive(holder.process)) throw locked(path, holder)
  const guard = `${path}.guard`
  if (!(await tryGuard(guard))) return setTimeout(20)
  try {
    const still = await read(path)
    if (still && !(await isAlive(still.process))) await rm(path, { force: true })
  } finally {
    await rm(guard, { recursive: true, force: true })
  }
}

async function tryGuard(guard: string): Promise<boolean> {
  try {
    await mkdir(guard)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  // Removing takes milliseconds: a guard this old was left by a run that was killed in the middle of it.
  const made = await stat(guard).catch(() => undefined)
  if (made && Date.now() - made.mtimeMs > 60_000) await rm(guard, { recursive: true, force: true })
  return false
}

async function read(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
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
