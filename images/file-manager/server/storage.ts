import { constants } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { Lane, type Lanes } from '../program/lanes.ts'
import { FileManagerError } from '../protocol/errors.ts'
import type { FileEntry, ResponseOf } from '../protocol/messages.ts'
import { checkName, whyNotName } from '../protocol/names.ts'
import { closeFile, listFolder, openFile, statFile } from './disk.ts'
import { GroupCommit } from './group-commit.ts'
import { PackCommit, type Packed } from './pack-commit.ts'
import { Partials } from './partials.ts'
import { Quota } from './quota.ts'
import { Wide } from './wide.ts'

/** Of the JSON of one page, so that it fits into a frame whatever the names are. */
const pageBytes = 40 * 1024

/** Files that are looked at by one job. */
const together = 256

/** How long, in milliseconds, the names of a list are good for its next pages. */
const fresh = 10_000
/** File systems of disks, by what statfs says: ext, xfs, btrfs, f2fs, zfs, overlay, tmpfs. Calls at others take long. */
const local: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1, 0x794c7630, 0x01021994,
])

/** One folder of whole files, flat. Names reach it checked, and are checked here again, where they become paths. */
export class Storage {
  readonly partials: Partials
  readonly quota: Quota
  readonly #folder: string
  readonly #commits: GroupCommit
  readonly #packs: PackCommit
  readonly #wide = new Wide()
  readonly #lane = new Lane()
  #local = false
  /** What the last list has not sent yet. */
  #listed: { readonly names: readonly string[]; readonly at: number } | undefined

  constructor(folder: string, mostBytes: number) {
    this.#folder = folder
    this.partials = new Partials(folder)
    this.quota = new Quota(folder, mostBytes)
    this.#commits = new GroupCommit(folder)
    this.#packs = new PackCommit(folder, () => this.lanes)
  }

  /** For calls about many files at once. */
  get lanes(): Lanes {
    return this.#local ? this.#lane : this.#wide
  }

  /** Files after `after`, by name; what is not a plain file with a good name is not there. */
  async list(after: string | undefined, limit: number): Promise<ResponseOf<'list'>> {
    const all = await this.#names(after !== undefined)
    const names = after === undefined ? all : all.filter(name => name > after)
    const files: FileEntry[] = []
    let bytes = 0
    let at = 0
    while (at < names.length && files.length < limit && bytes < pageBytes) {
      const batch = names.slice(at, at + Math.min(together, limit - files.length))
      const found = await this.lanes.run('stat', { paths: batch.map(name => this.path(name)) })
      for (const [i, name] of batch.entries()) {
        const stats = found[i]
        if (stats === undefined) continue
        const entry = { name, ...stats }
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
    const fd = await openFile(this.path(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    const stats = await statFile(fd)
    if (stats.isFile()) return { fd, size: stats.size, modified: stats.mtimeMs }
    await closeFile(fd)
    throw new FileManagerError('not-found', 'there is no such file')
  }

  /** Gives a temporary file its name, durably. See `GroupCommit`. */
  commit(partial: string, name: string, last: () => void): Promise<void> {
    return this.#commits.commit(partial, this.path(name), last)
  }

  /** See `PackCommit`. */
  expectPack(): ReturnType<PackCommit['expect']> {
    return this.#packs.expect()
  }

  /** The same of many; see `PackCommit`. */
  commitAll(packed: Packed): ReturnType<PackCommit['commit']> {
    return this.#packs.commit(packed)
  }

  close(): void {
    this.#lane.close()
    this.#packs.close()
  }

  /** Of a file. Throws `name`. */
  path(name: string): string {
    return `${this.#folder}/${checkName(name)}`
  }

  /** Settles when the volume answers, not when its client's memory of it does: NFS asks its server for this one. */
  async answers(): Promise<void> {
    const { type } = await statfs(this.#folder)
    this.#local = local.has(type)
    if (this.#local) this.#lane.begin()
  }

  /** In order. Who asks for more is told of those that were there when he began, for a while. */
  async #names(more: boolean): Promise<readonly string[]> {
    if (more && this.#listed !== undefined && performance.now() - this.#listed.at < fresh) return this.#listed.names
    const names = (await listFolder(this.#folder)).filter(name => whyNotName(name) === undefined).sort()
    this.#listed = { names, at: performance.now() }
    return names
  }
}
