import fs from 'node:fs'
import { type ErrorCode, FileManagerError } from '../protocol/errors.ts'

/**
 * The few calls that storage is made of, on bare descriptors: ten thousand small files are fifty thousand calls, and the
 * objects of `fs/promises` would cost more than the files. All of them go by the pool of threads, none blocks.
 */

export function openFile(path: string, flags: number, mode = 0o660): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.open(path, flags, mode, (error, fd) => (error ? reject(error) : resolve(fd)))
  })
}

export function closeFile(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.close(fd, error => (error ? reject(error) : resolve()))
  })
}

/** All of the pieces, from `position` on. */
export async function writeAll(fd: number, pieces: readonly Buffer[], position: number): Promise<void> {
  let left = [...pieces]
  let at = position
  while (left.length > 0) {
    const written = await writeSome(fd, left, at)
    at += written
    left = after(left, written)
  }
}

/** The system takes no more buffers than this in one call. */
const mostBuffers = 1024

function writeSome(fd: number, pieces: Buffer[], position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.writev(fd, pieces.slice(0, mostBuffers), position, (error, written) =>
      error ? reject(error) : resolve(written),
    )
  })
}

function after(pieces: Buffer[], written: number): Buffer[] {
  let skip = written
  let first = 0
  while (first < pieces.length && skip >= (pieces[first]?.length ?? 0)) skip -= pieces[first++]?.length ?? 0
  const rest = pieces.slice(first)
  const [head] = rest
  if (skip > 0 && head) rest[0] = head.subarray(skip)
  return rest
}

/** Fills `into` from `position` on, as far as the file goes; how much that was. */
export async function readFully(fd: number, into: Buffer, position: number): Promise<number> {
  let filled = 0
  while (filled < into.length) {
    const read = await readSome(fd, into.subarray(filled), position + filled)
    if (read === 0) break
    filled += read
  }
  return filled
}

function readSome(fd: number, into: Buffer, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(fd, into, 0, into.length, position, (error, read) => (error ? reject(error) : resolve(read)))
  })
}

/** Fills all of the buffers from `position` on. Throws `storage` when the file ends before. */
export async function readAll(fd: number, buffers: readonly Buffer[], position: number): Promise<void> {
  let left = await new Promise<number>((resolve, reject) => {
    fs.readv(fd, buffers, position, (error, size) => (error ? reject(error) : resolve(size)))
  })
  let at = position
  for (const buffer of buffers) {
    const have = Math.min(left, buffer.length)
    left -= have
    if (have < buffer.length && (await readFully(fd, buffer.subarray(have), at + have)) < buffer.length - have)
      throw new FileManagerError('storage', 'the file became shorter while it was sent')
    at += buffer.length
  }
}

/** Until the content is on disk. */
export function syncFile(fd: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fsync(fd, error => (error ? reject(error) : resolve()))
  })
}

export function statFile(fd: number): Promise<fs.Stats> {
  return new Promise((resolve, reject) => {
    fs.fstat(fd, (error, stats) => (error ? reject(error) : resolve(stats)))
  })
}

export function renameFile(from: string, to: string): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.rename(from, to, error => (error ? reject(error) : resolve()))
  })
}

/** Whether it was there. */
export function removeFile(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    fs.unlink(path, error => {
      if (!error) resolve(true)
      else if (error.code === 'ENOENT') resolve(false)
      else reject(error)
    })
  })
}

export function listFolder(path: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    fs.readdir(path, (error, names) => (error ? reject(error) : resolve(names)))
  })
}

/** Undefined for what is not there; of a link, itself. */
export function statPath(path: string): Promise<fs.Stats | undefined> {
  return new Promise((resolve, reject) => {
    fs.lstat(path, (error, stats) => {
      if (!error) resolve(stats)
      else if (error.code === 'ENOENT') resolve(undefined)
      else reject(error)
    })
  })
}

const known: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  ENOENT: ['not-found', 'there is no such file'],
  ELOOP: ['not-found', 'there is no such file'],
  ENXIO: ['not-found', 'there is no such file'],
  EISDIR: ['name', 'a folder has this name'],
  EFBIG: ['too-big', 'it is too big for this'],
  ENAMETOOLONG: ['name', 'the storage does not take names as long as this'],
  ENOSPC: ['no-space', 'the storage is full'],
  EDQUOT: ['no-space', 'the storage is full'],
  ESTALE: ['superseded', 'a later version has taken the place of this file'],
}

/** What the storage threw, for a client: no path and no cause of ours goes out. */
export function storageError(thrown: unknown): FileManagerError {
  if (thrown instanceof FileManagerError) return thrown
  const code = (thrown as NodeJS.ErrnoException).code ?? ''
  const [errorCode, message] = known[code] ?? ['storage', `the storage has failed${code && ` with ${code}`}`]
  return new FileManagerError(errorCode, message, { cause: thrown })
}
