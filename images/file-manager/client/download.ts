import { createHash, type Hash } from 'node:crypto'
import { closeSync, constants, openSync, writevSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { FileManagerError } from '../protocol/errors.ts'
import { smallUpload } from '../protocol/limits.ts'
import type { Download, Session } from '../protocol/session.ts'
import type { GroupSync } from './group-sync.ts'
import type { Leftovers } from './leftovers.ts'
import { hashOf, InTheWay, isFolder, openHere, putInPlace, standing, targetOf } from './target.ts'
import type { Moved, Moving } from './upload.ts'

export interface Into {
  readonly folder: string
  readonly leftovers: Leftovers
  readonly sync: GroupSync
  /** Whether another file may give way. */
  readonly replace: boolean
}

export interface Downloaded extends Moved {
  /** It was here already, to the byte. */
  readonly same: boolean
}

/**
 * One file, into a hidden one beside its place, then into its place. Goes on with what an earlier attempt has left.
 * Throws `InTheWay` when another file stands there and may not be replaced.
 */
export async function downloadFile(session: Session, name: string, into: Into, moving: Moving): Promise<Downloaded> {
  const target = targetOf(into.folder, name)
  const there = standing(target)
  if (there === 'folder') throw isFolder(name)
  if (there !== 'nothing' && !into.replace) return compare(session, name, target, there, moving)
  const claimed = into.leftovers.claim(name)
  try {
    const moved = await receive(session, name, claimed, into.sync, moving)
    putInPlace(claimed.path, target, name, into.replace)
    return { ...moved, same: false }
  } catch (error) {
    into.leftovers.leave(name, claimed.path)
    throw error
  }
}

type Claimed = ReturnType<Leftovers['claim']>

/** Asks for what follows upon the file that is here: nothing, when it is the same. */
async function compare(
  session: Session,
  name: string,
  target: string,
  there: string,
  moving: Moving,
): Promise<Downloaded> {
  if (there !== 'file') throw new InTheWay(name)
  const file = await openHere(target)
  const { size, hash } = await hashOf(file, moving.signal).finally(() => file.close())
  const sha256 = hash.digest('hex')
  const download = await session.openDownload({ type: 'download', name, ...from(size, sha256) }, moving)
  if (download.size !== size || download.offset !== size) {
    download.cancel()
    throw new InTheWay(name)
  }
  if ((await download.read()) !== undefined || download.sha256 !== sha256) throw damaged()
  return { size, sha256, resumed: 0, same: true }
}

async function receive(
  session: Session,
  name: string,
  claimed: Claimed,
  sync: GroupSync,
  moving: Moving,
): Promise<Moved> {
  const { path } = claimed
  const left = claimed.left ? await openToGoOn(path) : undefined
  try {
    const before = left && (await hashOf(left, moving.signal))
    const prefix = before?.hash.copy().digest('hex') ?? ''
    const download = await session.openDownload({ type: 'download', name, ...from(before?.size ?? 0, prefix) }, moving)
    if (left === undefined && download.size <= smallUpload) return await receiveSmall(download, path, sync, moving)
    const file = left ?? (await open(path, 'wx'))
    try {
      const goesOn = download.offset > 0 && download.offset === before?.size
      if (!goesOn && download.offset > 0) throw damaged()
      if (!goesOn) await file.truncate(0)
      const hash = goesOn && before ? before.hash : createHash('sha256')
      moving.resumed(download.offset)
      return await receiveLarge(download, file, hash, moving)
    } finally {
      if (left === undefined) await file.close()
    }
  } finally {
    await left?.close()
  }
}

const from = (size: number, prefix: string) => (size > 0 ? { offset: size, prefix } : {})

const openToGoOn = (path: string): Promise<FileHandle> => open(path, constants.O_RDWR | constants.O_NOFOLLOW)

/** While one lot is written, the next one is on its way, and this one is hashed. */
async function receiveLarge(download: Download, file: FileHandle, hash: Hash, moving: Moving): Promise<Moved> {
  let at = download.offset
  for (let pieces = await download.read(); pieces !== undefined; pieces = await download.read()) {
    const written = writeAll(file, pieces, at)
    for (const piece of pieces) {
      hash.update(piece)
      at += piece.length
      moving.moved(piece.length)
    }
    await written
    if (at > download.size) throw damaged()
  }
  const sha256 = hash.digest('hex')
  if (at !== download.size || sha256 !== download.sha256) {
    await file.truncate(0)
    throw damaged()
  }
  await file.sync()
  return { size: at, sha256, resumed: download.offset }
}

async function writeAll(file: FileHandle, pieces: readonly Buffer[], at: number): Promise<void> {
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const { bytesWritten } = await file.writev(pieces, at)
  if (bytesWritten === size) return
  const rest = Buffer.concat(pieces).subarray(bytesWritten)
  for (let done = 0; done < rest.length; )
    done += (await file.write(rest, done, rest.length - done, at + bytesWritten + done)).bytesWritten
}

/** Written at once, for thousands of small ones: to wait for each step would take several times as long. */
async function receiveSmall(download: Download, path: string, sync: GroupSync, moving: Moving): Promise<Moved> {
  const all: Buffer[] = []
  let size = 0
  for (let pieces = await download.read(); pieces !== undefined; pieces = await download.read()) {
    all.push(...pieces.map(piece => Buffer.from(piece))) // a copy: what was read is the socket's
    size += pieces.reduce((sum, piece) => sum + piece.length, 0)
    if (size > download.size) throw damaged()
  }
  const hash = createHash('sha256')
  for (const piece of all) hash.update(piece)
  const sha256 = hash.digest('hex')
  if (size !== download.size || sha256 !== download.sha256) throw damaged()
  const fd = openSync(path, 'wx')
  try {
    if (size > 0 && writevSync(fd, all) !== size)
      throw new FileManagerError('storage', 'not all of it could be written')
  } finally {
    closeSync(fd)
  }
  await sync.settle([path])
  moving.moved(size)
  return { size, sha256, resumed: 0 }
}

const damaged = (): FileManagerError => new FileManagerError('checksum', 'what has arrived is not what was sent')
