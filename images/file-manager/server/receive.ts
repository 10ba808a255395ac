import { createHash, type Hash } from 'node:crypto'
import { constants } from 'node:fs'
import { FileManagerError } from '../protocol/errors.ts'
import type { Exchange } from '../protocol/exchange.ts'
import { smallUpload } from '../protocol/limits.ts'
import { closeFile, openFile, readFully, removeFile, syncFile, writeAll } from './disk.ts'
import type { PartialId } from './partials.ts'
import type { Storage } from './storage.ts'
import { WriteBehind } from './write-behind.ts'

const { O_CREAT, O_DSYNC, O_EXCL, O_NOFOLLOW, O_RDONLY, O_RDWR } = constants
const chunk = 2 ** 20

/**
 * One upload, from its request to a whole, durable file with its name. Whatever goes wrong, nothing becomes visible; what
 * is worth it stays for a later attempt. Settles with the file's sum.
 */
export async function receiveUpload(
  storage: Storage,
  exchange: Exchange<'upload'>,
  id: PartialId,
  name: string,
): Promise<string> {
  const { size, offset, replaces } = exchange.request
  for (const old of replaces ?? []) await storage.partials.end({ ...id, ...old })
  if (size > smallUpload && offset === 0) await storage.partials.endAll(id.writer)
  const path = storage.partials.path(id)
  // What is written in one go is synced in the same call: of thousands of small files, each call counts.
  const inOne = size > 0 && size <= smallUpload
  const fd = await openFile(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | (inOne ? O_DSYNC : 0))
  let keep = false
  let sha256: string
  try {
    const hash = createHash('sha256')
    if (offset > 0) await copyPrefix(storage, exchange, id, fd, hash)
    if (size > smallUpload) exchange.incoming.widen()
    keep = size > smallUpload
    sha256 = await receiveData(exchange, fd, hash).catch(error => {
      keep &&= error instanceof FileManagerError && error.errorCode !== 'checksum'
      throw error
    })
    if (!inOne) await syncFile(fd)
  } catch (error) {
    await closeFile(fd)
    if (!keep) await removeFile(path)
    throw error
  }
  await closeFile(fd)
  await storage
    .commit(path, name, () => exchange.throwIfCancelled())
    .catch(async error => {
      await removeFile(path)
      throw error
    })
  return sha256
}

/** Hashes and writes what arrives, and holds it to what was announced. Nothing is being written when it settles. */
async function receiveData({ request, incoming }: Exchange<'upload'>, fd: number, hash: Hash): Promise<string> {
  const writer = new WriteBehind(fd, request.offset, bytes => incoming.done(bytes))
  let at = request.offset
  try {
    for (let pieces = await incoming.read(); pieces !== undefined; pieces = await incoming.read()) {
      for (const { length } of pieces) at += length
      if (at > request.size) throw wrong(`more than the ${request.size} bytes that were announced`)
      writer.add(pieces)
      for (const piece of pieces) hash.update(piece)
    }
  } finally {
    await writer.flush()
  }
  if (at !== request.size) throw wrong(`${at} of the ${request.size} bytes that were announced`)
  const sha256 = hash.digest('hex')
  if (sha256 !== incoming.sha256) throw wrong('other bytes than were sent')
  return sha256
}

const wrong = (what: string): FileManagerError => new FileManagerError('checksum', `the server has received ${what}`)

/**
 * Takes an earlier attempt's file away from it, and copies its beginning into our own. It is a copy because that attempt
 * may still have its file open, on a server that is slow or cut off, and what it writes late must not land in ours.
 */
async function copyPrefix(storage: Storage, exchange: Exchange<'upload'>, id: PartialId, fd: number, hash: Hash) {
  const { offset, prefix } = exchange.request
  const taken = await storage.partials.take(id, offset)
  const source = await openFile(taken, O_RDONLY | O_NOFOLLOW)
  try {
    const buffer = Buffer.allocUnsafe(Math.min(chunk, offset))
    for (let at = 0; at < offset; ) {
      exchange.throwIfCancelled()
      const read = await readFully(source, buffer.subarray(0, Math.min(chunk, offset - at)), at)
      if (read === 0) break // shorter than it was: then its sum is another too
      const piece = buffer.subarray(0, read)
      hash.update(piece)
      await writeAll(fd, [piece], at)
      at += read
    }
  } finally {
    await closeFile(source)
  }
  await removeFile(taken)
  if (hash.copy().digest('hex') !== prefix)
    throw new FileManagerError('prefix', 'what is left of this upload is not the beginning of this file')
}
