import { Gathering } from '../program/gathering.ts'
import type { Lanes } from '../program/lanes.ts'
import { ManySyncs } from '../program/many-syncs.ts'
import type { FileManagerError } from '../protocol/errors.ts'
import { storageError } from './disk.ts'
import { FolderSync } from './folder-sync.ts'
import { notKept, takenOver } from './group-commit.ts'

/** The files of one pack: their temporary paths, the paths that they are to have. */
export interface Packed {
  readonly from: readonly string[]
  readonly to: readonly string[]
  /** Of `expect`. */
  arrived(): void
  /** Called at the last moment, it may throw to leave all of them undone. */
  last(): void
}

interface Waiting extends Packed {
  /** Filled in as it goes. */
  readonly failures: (FileManagerError | undefined)[]
}

/**
 * Gives the files of packs their names durably: all packs that wait are synced at once, renamed, and their folder is
 * synced.
 */
export class PackCommit {
  readonly #lanes: () => Lanes
  readonly #syncs: ManySyncs
  readonly #folder: FolderSync
  readonly #packs = new Gathering<Waiting>(group =>
    Promise.allSettled([this.#perform(group)]).then(([result]) => group.map(() => result)),
  )

  constructor(folder: string, lanes: () => Lanes) {
    this.#lanes = lanes
    this.#syncs = new ManySyncs(folder)
    this.#folder = new FolderSync(folder)
  }

  /** Another pack arrives, and may when this settles. What it settles with is to be called when it has, or will not. */
  async expect(): Promise<() => void> {
    await this.#syncs.begin()
    return this.#packs.expect()
  }

  /** Why each of them has not got its name, in their order; undefined for those that have it, on disk. */
  async commit(packed: Packed): Promise<readonly (FileManagerError | undefined)[]> {
    const failures: (FileManagerError | undefined)[] = []
    const done = this.#packs.join({ ...packed, failures })
    packed.arrived()
    await done
    return failures
  }

  close(): void {
    void this.#syncs.close()
  }

  async #perform(group: readonly Waiting[]): Promise<void> {
    const synced = await this.#syncs.sync(group.flatMap(({ from }) => from))
    const left = [...synced]
    const renamed = group.map(async pack => {
      const results = left.splice(0, pack.from.length)
      pack.failures.push(...results.map(one => (one.status === 'rejected' ? unsynced(one.reason) : undefined)))
      await this.#rename(pack)
    })
    await Promise.all(renamed)
    const done = group.filter(({ failures }) => failures.includes(undefined))
    if (done.length === 0) return
    try {
      await this.#folder.sync()
    } catch (error) {
      for (const { failures } of done)
        for (const [i, failure] of failures.entries()) failures[i] = failure ?? notKept(error)
    }
  }

  async #rename(pack: Waiting): Promise<void> {
    const { failures } = pack
    try {
      pack.last()
    } catch (error) {
      failures.fill(storageError(error))
      return
    }
    const wanted = [...failures.keys()].filter(i => failures[i] === undefined)
    const pathsOf = (paths: readonly string[]): string[] => wanted.map(i => paths[i] ?? '')
    const codes = await this.#lanes().run('rename', { from: pathsOf(pack.from), to: pathsOf(pack.to) })
    for (const [i, code] of codes.entries())
      if (code !== undefined) failures[wanted[i] ?? 0] = code === 'ENOENT' ? takenOver() : storageError({ code })
  }
}

const unsynced = (why: unknown): FileManagerError =>
  (why as NodeJS.ErrnoException).code === 'ENOENT' ? takenOver() : notKept(why)
