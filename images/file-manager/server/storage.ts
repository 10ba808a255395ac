import { constants } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { FileManagerError } from '../protocol/errors.ts'
import type { FileEntry, ResponseOf } from '../protocol/messages.ts'
import { checkName, whyNotName } from '../protocol/names.ts'
import { closeFile, listFolder, openFile, statFile, statPath } from './disk.ts'
import { GroupCommit } from './group-commit.ts'
import { Partials } from './partials.ts'
import { Quota } from './quota.ts'

/** Of the JSON of one page, so that it fits into a frame whatever the names are. */
const pageBytes = 40 * 1024

/** One folder of whole files, flat. Names reach it checked, and are checked here again, where they become paths. */
export class Storage {
  readonly partials: Partials
  readonly quota: Quota
  readonly #folder: string
  readonly #commits: GroupCommit

  constructor(folder: string, mostBytes: number) {
    this.#folder = folder
    this.partials = new Partials(folder)
    this.quota = new Quota(folder, mostBytes)
    this.#commits = new GroupCommit(folder)
  }

  /** Files after `after`, by name; what is not a plain file with a good name is not there. */
  async list(after: string | undefined, limit: number): Promise<ResponseOf<'list'>> {
    const names = (await listFolder(this.#folder))
      .filter(name => (after === undefined || name > after) && whyNotName(name) === undefined)
      .sort()
    const files: FileEntry[] = []
    let bytes = 0
    let at = 0
    while (at < names.length && files.length < limit && bytes < pageBytes) {
      const batch = names.slice(at, at + Math.min(32, limit - files.length))
      for (const entry of await Promise.all(batch.map(name => this.#entry(name)))) {
        if (entry === undefined) continue
        files.push(entry)
        bytes += Buffer.byteLength(JSON.stringify(entry)) + 1
      }
      at += batch.length
    }
    const next = at < names.length ? names[at - 1] : undefined
    return next === undefined ? { files } : { files, next }
  }

  /** For reading. A link, a folder, a device is not a file. Throws what `storageError` reads. */
  async open(name: string): Promise<{ fd: number; size: number; modified: number }> {
    const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants
    const fd = await openFile(this.#path(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    const stats = await statFile(fd)
    if (stats.isFile()) return { fd, size: stats.size, modified: stats.mtimeMs }
    await closeFile(fd)
    throw new FileManagerError('not-found', 'there is no such file')
  }

  /** Gives a temporary file its name, durably. See `GroupCommit`. */
  commit(partial: string, name: string, last: () => void): Promise<void> {
    return this.#commits.commit(partial, this.#path(name), last)
  }

  /** Settles when the volume answers, not when its client's memory of it does: NFS asks its server for this one. */
  async answers(): Promise<void> {
    await statfs(this.#folder)
  }

  async #entry(name: string): Promise<FileEntry | undefined> {
    const stats = await statPath(join(this.#folder, name))
    return stats?.isFile() ? { name, size: stats.size, modified: stats.mtimeMs } : undefined
  }

  #path(name: string): string {
    return join(this.#folder, checkName(name))
  }
}
