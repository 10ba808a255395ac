import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import type { NotRead, Outcome, ReadFile } from '../program/lane.ts'
import type { Jobs, Lanes } from '../program/lanes.ts'
import { closeFile, openFile, readFully, removeFile, renameFile, statFile, statPath, writeAll } from './disk.ts'

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants

/** Files that are read at once: all of them may have the largest size. */
const together = 16
/** Jobs under way at once: each makes calls for up to 256 files, by so many threads as the pool has. */
const mostJobs = 4

type Work = { readonly [K in keyof Jobs]: (asks: Jobs[K]['asks']) => Promise<Jobs[K]['answers']> }

/**
 * The same jobs by the pool of threads, with a call for each of many files under way: for a volume across a network, where
 * every call is waited for and the other side does many at once.
 */
export class Wide implements Lanes {
  #jobs = 0
  #room: (() => void)[] = []

  get idle(): boolean {
    return this.#jobs === 0
  }

  async room(): Promise<void> {
    while (this.#jobs >= mostJobs) await new Promise<void>(resolve => this.#room.push(resolve))
  }

  async run<K extends keyof Jobs>(kind: K, asks: Jobs[K]['asks']): Promise<Jobs[K]['answers']> {
    this.#jobs++
    try {
      return await work[kind](asks)
    } finally {
      this.#jobs--
      for (const resolve of this.#room.splice(0)) resolve()
    }
  }

  close(): void {}
}

const work: Work = {
  write: ({ paths, sizes, sums, mode, content }) => {
    let at = 0
    return Promise.all(
      paths.map((path, i) => {
        const piece = Buffer.from(content, at, sizes[i] ?? 0)
        at += piece.length
        if (path === '') return undefined
        return sumOf(piece) === sums[i] ? tried(() => writeNew(path, piece, mode)) : 'checksum'
      }),
    )
  },
  rename: ({ from, to }) => Promise.all(from.map((path, i) => tried(() => renameFile(path, to[i] ?? '')))),
  read: async ({ paths, largest, enough }) => {
    const files: (ReadFile | NotRead)[] = []
    const contents: Buffer[] = []
    let size = 0
    for (let at = 0; at < paths.length && size < enough; at += together)
      for (const read of await Promise.all(paths.slice(at, at + together).map(path => readOne(path, largest)))) {
        files.push(read.file)
        if (read.content === undefined) continue
        contents.push(read.content)
        size += read.content.length
      }
    return { files, content: Buffer.concat(contents) }
  },
  stat: ({ paths }) =>
    Promise.all(
      paths.map(async path => {
        const stats = await statPath(path)
        return stats?.isFile() ? { size: stats.size, modified: stats.mtimeMs } : undefined
      }),
    ),
}

const sumOf = (content: Buffer): string => createHash('sha256').update(content).digest('hex')
const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'EIO'

const tried = (act: () => Promise<void>): Promise<Outcome> => act().then(() => undefined, codeOf)

async function writeNew(path: string, content: Buffer, mode: number): Promise<void> {
  const fd = await openFile(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode)
  try {
    try {
      await writeAll(fd, [content], 0)
    } finally {
      // This is when a network volume is told to keep it, and tells what has failed.
      await closeFile(fd)
    }
  } catch (error) {
    await removeFile(path).catch(() => false)
    throw error
  }
}

async function readOne(path: string, largest: number): Promise<{ file: ReadFile | NotRead; content?: Buffer }> {
  try {
    const fd = await openFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      const stats = await statFile(fd)
      if (!stats.isFile()) return { file: { code: 'ENOENT' } }
      if (stats.size > largest) return { file: { code: 'EFBIG' } }
      const content = Buffer.allocUnsafeSlow(stats.size)
      if ((await readFully(fd, content, 0)) < content.length) return { file: { code: 'EIO' } }
      return { file: { size: content.length, modified: stats.mtimeMs, sha256: sumOf(content) }, content }
    } finally {
      await closeFile(fd)
    }
  } catch (error) {
    return { file: { code: codeOf(error) } }
  }
}
