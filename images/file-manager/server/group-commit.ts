import { Gathering } from '../program/gathering.ts'
import { FileManagerError } from '../protocol/errors.ts'
import { renameFile, storageError } from './disk.ts'
import { FolderSync } from './folder-sync.ts'

interface Naming {
  readonly from: string
  readonly to: string
  readonly last: () => void
}

/** Gives files their names durably: many renames, then one sync of the folder for all of them. */
export class GroupCommit {
  readonly #folder: FolderSync
  readonly #namings = new Gathering<Naming>(group => this.#perform(group))

  constructor(folder: string) {
    this.#folder = new FolderSync(folder)
  }

  /**
   * Settles when `to` is what `from` was, on disk. `last` is called at the last moment and may throw to leave it undone.
   * Rejects with `superseded` when `from` was taken away.
   */
  commit(from: string, to: string, last: () => void): Promise<void> {
    return this.#namings.join({ from, to, last })
  }

  async #perform(group: readonly Naming[]): Promise<readonly PromiseSettledResult<void>[]> {
    const renamed = await Promise.allSettled(group.map(rename))
    try {
      if (renamed.some(({ status }) => status === 'fulfilled')) await this.#folder.sync()
      return renamed
    } catch (error) {
      const reason = notKept(error)
      return renamed.map(one => (one.status === 'fulfilled' ? { status: 'rejected', reason } : one))
    }
  }
}

async function rename({ from, to, last }: Naming): Promise<void> {
  try {
    last()
    await renameFile(from, to)
  } catch (error) {
    const gone = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw gone ? takenOver() : storageError(error)
  }
}

/** Why a rename finds nothing to rename. */
export const takenOver = (): FileManagerError =>
  new FileManagerError('superseded', 'a later attempt has taken this upload over')

export const notKept = (cause: unknown): FileManagerError =>
  new FileManagerError('storage', 'the storage has failed to keep what it was given', { cause })
