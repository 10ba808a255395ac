import { createHash } from 'node:crypto'
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  type Stats,
} from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { smallUpload } from '../protocol/limits.ts'
import { whyNotName } from '../protocol/names.ts'
import { Problem, problemOf } from './problem.ts'

/** What a local path, called `shown` by whoever asks, is on the server. Throws a `Problem` when it can have no such name. */
export function remoteName(path: string, shown: string): string {
  const name = basename(path).normalize('NFC')
  const why = whyNotName(name)
  if (why === undefined) return name
  throw new Problem(`${shown}: the name ${why}`, 'Rename the file, then try again.')
}

/** A file of this machine as it was when it was opened. */
export interface Source {
  readonly name: string
  readonly size: number
  /** What tells this content from any other of this name: SHA-256, hex. See docs/protocol.md. */
  readonly upload: string
}

/** Not more than travels at once. */
export interface SmallSource extends Source {
  readonly content: Buffer
}

/** Opened by `openSource`; to be closed by who opened it. */
export interface LargeSource extends Source {
  readonly file: FileHandle
  /** Throws a `Problem` when it is not what it was. */
  checkUnchanged(): Promise<void>
}

// No device and no pipe may keep the program waiting before it is seen that it is no file.
const flags = constants.O_RDONLY | constants.O_NONBLOCK

/** `path` is what is opened, `shown` how it is spoken of. Read at once when it is small: for thousands of files, that is several times quicker than to wait for each. */
export function readSmall(path: string, nonce: string, shown = path): SmallSource | undefined {
  return told(shown, () => {
    const fd = openSync(path, flags)
    try {
      const stats = fstatSync(fd, { bigint: true })
      if (checkFile(shown, stats) > smallUpload) return undefined
      const content = Buffer.allocUnsafeSlow(Number(stats.size))
      let filled = 0
      for (let read = 1; read > 0 && filled < content.length; filled += read)
        read = readSync(fd, content, filled, content.length - filled, filled)
      if (filled < content.length || differs(stats, fstatSync(fd, { bigint: true }))) throw changed(shown)
      return { ...describe(path, shown, stats, nonce), content }
    } finally {
      closeSync(fd)
    }
  })
}

/** What a file was when it was looked at. */
export type Seen = Pick<Stats, 'dev' | 'ino' | 'size' | 'mtimeMs'>

/** Reads a file that is as it was seen, small, to the beginning of `into`. False when it is another, or has been changed. */
export function readInto(into: Buffer, path: string, shown: string, seen: Seen): boolean {
  return told(shown, () => {
    const fd = openSync(path, flags)
    try {
      let filled = 0
      for (let read = 1; read > 0 && filled < seen.size; filled += read)
        read = readSync(fd, into, filled, seen.size - filled, filled)
      // Asked once, for each call counts: had it been changed before or while it was read, it would be another now.
      const { dev, ino, size, mtimeMs } = fstatSync(fd)
      return (
        filled === seen.size && size === seen.size && mtimeMs === seen.mtimeMs && ino === seen.ino && dev === seen.dev
      )
    } finally {
      closeSync(fd)
    }
  })
}

export async function openSource(path: string, nonce: string, shown = path): Promise<LargeSource> {
  const file = await open(path, flags).catch(error => {
    throw problemOf(error, shown)
  })
  try {
    const stats = await file.stat({ bigint: true })
    checkFile(shown, stats)
    const checkUnchanged = async (): Promise<void> => {
      if (differs(stats, await file.stat({ bigint: true }))) throw changed(shown)
    }
    return { ...told(shown, () => describe(path, shown, stats, nonce)), file, checkUnchanged }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Its size. */
function checkFile(shown: string, stats: BigIntStats): bigint {
  if (stats.isFile()) return stats.size
  if (stats.isDirectory()) throw new Problem(`${shown} is a folder`, `Only files travel: upload ${shown}/*`)
  throw new Problem(`${shown} is no ordinary file`, 'Only files travel.')
}

function describe(path: string, shown: string, stats: BigIntStats, nonce: string): Source {
  const name = remoteName(path, shown)
  const state = [nonce, name, realpathSync(path), stats.size, stats.mtimeNs, stats.ino].join('\0')
  return { name, size: Number(stats.size), upload: createHash('sha256').update(state).digest('hex') }
}

const differs = (before: BigIntStats, now: BigIntStats): boolean =>
  before.size !== now.size || before.mtimeNs !== now.mtimeNs

const changed = (shown: string): Problem =>
  new Problem(`${shown} was changed while it was read`, 'Upload it again when nobody writes it.')

function told<T>(shown: string, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw problemOf(error, shown)
  }
}
