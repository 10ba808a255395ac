import { createHash } from 'node:crypto'
import { link, readFile, rm } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { isAlive, type ProcessIdentity } from '../process/identity.ts'

/** A run that holds a lab. */
export interface Holder {
  readonly process: ProcessIdentity
  readonly playbook: string
  readonly who: string
  /** ISO 8601. */
  readonly since: string
}

/** Undefined where there is no such file. */
export async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Lets a finished file appear under a second name, whole; false where something has that name. */
export async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** The file that is the right to remove the lock of a dead run; or, of several, that of those who died having it in turn. */
export const rightTo = (path: string, ...dead: readonly Holder[]): string =>
  `${path}.${createHash('sha256').update(JSON.stringify(dead)).digest('hex').slice(0, 32)}`

/**
 * Removes the lock of a dead run, for one whose own is ready at `mine`. One that read the dead lock late must not remove
 * that of the run that has taken its place: so the right to remove is to this very lock, and one has it at a time. It is
 * a file that names who has it. Who dies with it is succeeded by the right to that right, and none is taken away while
 * the lock stands: between a look at it and its removal it could have become another's. Returns, for another try, where
 * somebody else is at it.
 */
export async function removeDead(path: string, dead: Holder, mine: string): Promise<void> {
  const line = [dead]
  const rights = [rightTo(path, dead)]
  for (let right = rights[0] as string; !(await tryLink(mine, right)); right = rights.at(-1) as string) {
    const other = await readHolder(right)
    if (!other) return
    if (await isAlive(other.process)) return setTimeout(20)
    line.push(other)
    rights.push(rightTo(path, ...line))
  }
  let stands = true
  try {
    // Whoever had the right before may have used it.
    const still = JSON.stringify(await readHolder(path))
    if (still === JSON.stringify(dead)) await rm(path, { force: true })
    stands = false
  } finally {
    for (const right of stands ? rights.slice(-1) : rights) await rm(right, { force: true })
  }
}
