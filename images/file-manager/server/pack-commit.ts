import { Gathering } from '../program/gathering.ts'
import { ManySyncs } from '../program/many-syncs.ts'
import type { FileManagerError } from '../protocol/errors.ts'
import { storageError } from './disk.ts'
import { FolderSync } from './folder-sync.ts'
import { notKept, takenOver } from './group-commit.ts'
import type { Lanes } from './lanes.ts'

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

/** Milliseconds for which packs wait for others. */
const patience = 30
/** Jobs are of so many files: a thread that waits for one is free for others soon. */
const together = 64

/**
 * Gives the files of packs their names durably: all packs that wait are synced at once, renamed, and their folder is
 * synced.
 */
export class PackCommit {
  readonly #lanes: () => Lanes
  readonly #syncs: ManySyncs
  readonly #folder: FolderSync
  readonly #packs = new Gathering<Waiting>(
    group => Promise.allSettled([this.#perform(group)]).then(([result]) => group.map(() => result)),
    () => this.#worthwhile(),
  )
  /** Packs whose content is on its way, and those that wait to be committed. */
  #arriving = 0
  #waiting = 0
  #changed: () => void = () => undefined

  constructor(folder: string, lanes: () => Lanes) {
    this.#lanes = lanes
    this.#syncs = new ManySyncs(folder)
    this.#folder = new FolderSync(folder)
  }

  /** Another pack arrives. What this returns is to be called when it has, or will not. */
  expect(): () => void {
    this.#arriving++
    let over = false
    return () => {
      if (over) return
      over = true
      this.#arriving--
      this.#changed()
    }
  }

  /** Why each of them has not got its name, in their order; undefined for those that have it, on disk. */
  async commit(packed: Packed): Promise<readonly (FileManagerError | undefined)[]> {
    const failures: (FileManagerError | undefined)[] = []
    this.#waiting++
    packed.arrived()
    await this.#packs.join({ ...packed, failures })
    return failures
  }

  /** While more arrive than wait, for a moment: each sync of the disk costs as much for one pack as for several. */
  async #worthwhile(): Promise<void> {
    if (this.#arriving <= this.#waiting) return
    await new Promise<void>(resolve => {
      const late = setTimeout(resolve, patience)
      this.#changed = () => {
        if (this.#arriving > this.#waiting) return
        clearTimeout(late)
        resolve()
      }
    })
    this.#changed = () => undefined
  }

  async #perform(group: readonly Waiting[]): Promise<void> {
    this.#waiting -= group.length
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
    const parts: Promise<void>[] = []
    for (let at = 0; at < wanted.length; at += together) parts.push(this.#part(wanted.slice(at, at + together), pack))
    await Promise.all(parts)
  }

  async #part(these: readonly number[], { from, to, failures }: Waiting): Promise<void> {
    const pathsOf = (paths: readonly string[]): string[] => these.map(i => paths[i] ?? '')
    const codes = await this.#lanes().run('rename', { from: pathsOf(from), to: pathsOf(to) })
    for (const [i, code] of codes.entries())
      if (code !== undefined) failures[these[i] ?? 0] = code === 'ENOENT' ? takenOver() : storageError({ code })
  }
}

const unsynced = (why: unknown): FileManagerError =>
  (why as NodeJS.ErrnoException).code === 'ENOENT' ? takenOver() : notKept(why)
