import { createHash, type Hash } from 'node:crypto'
import { constants, linkSync, lstatSync, renameSync, unlinkSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { FileManagerError } from '../protocol/errors.ts'
import { checkName } from '../protocol/names.ts'
import { Problem, problemOf } from './problem.ts'

/** Something of this name is here and is not what would be downloaded. */
export class InTheWay extends Problem {
  constructor(name: string) {
    super(`${name} is here already, and is not the same`, 'Rename it, or replace it: download --force.')
    this.name = 'InTheWay'
  }
}

export const isFolder = (name: string): Problem =>
  new Problem(`${name} is a folder here`, 'Rename the folder, or go elsewhere.')

/** Where a name that a server or a person gave leads to: into `folder`, always. Throws `name`. */
export const targetOf = (folder: string, name: string): string => `${folder}/${checkName(name)}`

/** What stands at a path. A link is never followed. */
export function standing(path: string): 'nothing' | 'file' | 'folder' | 'other' {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return 'nothing'
  return stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other'
}

/** Gives what has arrived its name; in place of another file only when that was wanted. Throws `InTheWay`. */
export function putInPlace(arrived: string, target: string, name: string, replace: boolean): void {
  if (!replace && linked(arrived, target, name)) {
    unlinkSync(arrived)
    return
  }
  const there = standing(target)
  if (there === 'folder') throw isFolder(name)
  if (there !== 'nothing' && !replace) throw new InTheWay(name)
  renameSync(arrived, target)
}

/** A link is refused where something stands, without a moment in between. False where the file system has no links. */
function linked(arrived: string, target: string, name: string): boolean {
  try {
    linkSync(arrived, target)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') throw standing(target) === 'folder' ? isFolder(name) : new InTheWay(name)
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'EOPNOTSUPP' || code === 'ENOSYS') return false
    throw problemOf(error, name)
  }
}

/** How long the file is, and the sum of all that is in it, which goes on with what is added. */
export async function hashOf(file: FileHandle, signal: AbortSignal): Promise<{ size: number; hash: Hash }> {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafeSlow(2 ** 20)
  let size = 0
  for (;;) {
    if (signal.aborted) throw new FileManagerError('cancelled', 'the download was cancelled')
    const { bytesRead } = await file.read(buffer, 0, buffer.length, size)
    if (bytesRead === 0) return { size, hash }
    hash.update(buffer.subarray(0, bytesRead))
    size += bytesRead
  }
}

/** An ordinary file, for reading and never through a link. */
export const openHere = (path: string): Promise<FileHandle> =>
  open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
