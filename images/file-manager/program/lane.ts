import type { MessagePort } from 'node:worker_threads'

/** What came of one file: nothing to tell, or the system's code for why it is not so (`EIO` where there is none). */
export type Outcome = string | undefined

/** Of which servers need all but `place`. */
export interface LaneJobs {
  /** New files, written but not synced. A path that is empty is passed over. `checksum` where the content is another. */
  readonly write: {
    readonly asks: {
      readonly paths: readonly string[]
      readonly sizes: readonly number[]
      readonly sums: readonly string[]
      /** What the user's mask leaves of it is theirs. */
      readonly mode: number
      /** Of all of them, one after the other. */
      readonly content: ArrayBuffer
    }
    readonly answers: readonly Outcome[]
  }
  readonly rename: {
    readonly asks: { readonly from: readonly string[]; readonly to: readonly string[] }
    readonly answers: readonly Outcome[]
  }
  /** As `rename`, but `EEXIST` where something stands, without a moment in between. */
  readonly place: LaneJobs['rename']
  /** Plain files of up to `largest` bytes, until there are `enough` bytes of them. */
  readonly read: {
    readonly asks: { readonly paths: readonly string[]; readonly largest: number; readonly enough: number }
    readonly answers: {
      /** Of as many of the paths as were read. */
      readonly files: readonly (ReadFile | NotRead)[]
      /** Of all that were read, one after the other. */
      readonly content: Uint8Array
    }
  }
  /** Sizes and times of plain files; undefined for what is none. */
  readonly stat: {
    readonly asks: { readonly paths: readonly string[] }
    readonly answers: readonly ({ readonly size: number; readonly modified: number } | undefined)[]
  }
}

export interface ReadFile {
  readonly size: number
  readonly modified: number
  readonly sha256: string
}
export interface NotRead {
  /** The system's; `ENOENT` for what is no file, `EFBIG` for more than `largest` bytes. */
  readonly code: string
}

export type Job = { [K in keyof LaneJobs]: { readonly kind: K } & LaneJobs[K]['asks'] }[keyof LaneJobs]

/**
 * What a thread does that is all system calls, one after the other: for thousands of small files they cost a tenth of
 * what they cost by way of the pool of threads, each with its own way there and back. It is started by its source text
 * (`Lane` does), so it may use nothing but its parameters.
 */
export function lane(
  fs: typeof import('node:fs'),
  { hash }: typeof import('node:crypto'),
  port: Pick<MessagePort, 'on' | 'postMessage'>,
): void {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = fs.constants
  const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'EIO'

  const tried = (act: () => Outcome): Outcome => {
    try {
      return act()
    } catch (error) {
      return codeOf(error)
    }
  }

  const writeNew = (path: string, content: Buffer, mode: number): Outcome => {
    const fd = fs.openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode)
    const failure = tried(() => {
      for (let at = 0; at < content.length; ) at += fs.writeSync(fd, content, at)
      return undefined
    })
    const late = tried(() => void fs.closeSync(fd))
    if (failure !== undefined || late !== undefined) tried(() => void fs.unlinkSync(path))
    return failure ?? late
  }

  const write = ({ paths, sizes, sums, mode, content }: LaneJobs['write']['asks']): Outcome[] => {
    let at = 0
    return paths.map((path, i) => {
      const size = sizes[i] ?? 0
      const piece = Buffer.from(content, at, size)
      at += size
      if (path === '') return undefined
      return hash('sha256', piece) === sums[i] ? tried(() => writeNew(path, piece, mode)) : 'checksum'
    })
  }

  const readOne = (path: string, into: Buffer): ReadFile | NotRead => {
    const fd = fs.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      const stats = fs.fstatSync(fd)
      if (!stats.isFile()) return { code: 'ENOENT' }
      if (stats.size > into.length) return { code: 'EFBIG' }
      let filled = 0
      for (let got = 1; got > 0 && filled < stats.size; filled += got)
        got = fs.readSync(fd, into, filled, stats.size - filled, filled)
      if (filled < stats.size) return { code: 'EIO' }
      return { size: filled, modified: stats.mtimeMs, sha256: hash('sha256', into.subarray(0, filled)) }
    } finally {
      fs.closeSync(fd)
    }
  }

  const read = ({ paths, largest, enough }: LaneJobs['read']['asks']): LaneJobs['read']['answers'] => {
    const content = Buffer.allocUnsafeSlow(enough + largest)
    const files: (ReadFile | NotRead)[] = []
    let filled = 0
    for (const path of paths) {
      if (filled >= enough) break
      try {
        const file = readOne(path, content.subarray(filled, filled + largest))
        files.push(file)
        if ('size' in file) filled += file.size
      } catch (error) {
        files.push({ code: codeOf(error) })
      }
    }
    return { files, content: content.subarray(0, filled) }
  }

  const stat = ({ paths }: LaneJobs['stat']['asks']): LaneJobs['stat']['answers'] =>
    paths.map(path => {
      const stats = fs.lstatSync(path, { throwIfNoEntry: false })
      return stats?.isFile() ? { size: stats.size, modified: stats.mtimeMs } : undefined
    })

  const place = (from: string, to: string): void => {
    fs.linkSync(from, to)
    fs.unlinkSync(from)
  }

  const each = ({ from, to }: LaneJobs['rename']['asks'], act: (from: string, to: string) => void): Outcome[] =>
    from.map((path, i) => tried(() => void act(path, to[i] ?? '')))

  port.on('message', (job: Job) => {
    if (job.kind === 'write') port.postMessage(write(job))
    else if (job.kind === 'rename') port.postMessage(each(job, fs.renameSync))
    else if (job.kind === 'place') port.postMessage(each(job, place))
    else if (job.kind === 'stat') port.postMessage(stat(job))
    else {
      const answer = read(job)
      port.postMessage(answer, [answer.content.buffer as ArrayBuffer])
    }
  })
}
