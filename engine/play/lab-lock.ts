import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { AndamioError, exitCode } from '../errors.ts'
import { isAlive, ownIdentity, type ProcessIdentity } from '../process/identity.ts'

interface Holder {
  readonly process: ProcessIdentity
  readonly playbook: string
  readonly who: string
  readonly since: string
}

export interface LabLock {
  release(): Promise<void>
}

/**
 * One run at a time on a lab, from this machine. The lock is a file that appears whole (`link` of a finished one fails
 * where it exists) and names its holder by process id, start time and boot: a killed run's lock is known to be dead at
 * once, without waiting for a time-out. Throws `lab-locked`, exit 75, naming a living holder.
 */
export async function lockLab(stateFolder: string, playbook: string): Promise<LabLock> {
  await mkdir(stateFolder, { recursive: true, mode: 0o700 })
  const path = join(stateFolder, 'lock')
  const mine = `${path}.${randomUUID()}`
  const holder: Holder = {
    process: await ownIdentity(),
    playbook,
    who: `${userInfo().username}@${hostname()}`,
    since: new Date().toISOString(),
  }
  await writeFile(mine, JSON.stringify(holder), { mode: 0o600, flag: 'wx' })
  try {
    while (!(await tryLink(mine, path))) await removeIfDead(path)
  } finally {
    await rm(mine, { force: true })
  }
  return { release: () => rm(path, { force: true }) }
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

async function removeIfDead(path: string): Promise<void> {
  const found = await read(path)
  if (!found) return
  if (await isAlive(found.holder.process)) throw locked(found.holder)
  // Two runs may see the same dead lock. Whoever renames it first looks at what it took, and gives back a living one.
  const taken = `${path}.${randomUUID()}`
  try {
    await rename(path, taken)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  const took = await read(taken)
  if (took && took.text !== found.text) await tryLink(taken, path)
  await rm(taken, { force: true })
}

async function read(path: string): Promise<{ text: string; holder: Holder } | undefined> {
  try {
    const text = await readFile(path, 'utf8')
    return { text, holder: JSON.parse(text) as Holder }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function locked({ process, playbook, who, since }: Holder): AndamioError {
  return new AndamioError(
    {
      code: 'lab-locked',
      message: `Another run holds this lab: ${playbook} by ${who}, process ${process.pid}, since ${since}`,
      cause: 'Two runs at once could undo each other.',
      next: `Wait for it to end, or end process ${process.pid} yourself; its lock then goes with it.`,
    },
    exitCode.locked,
  )
}
