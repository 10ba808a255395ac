import { constants } from 'node:fs'
import { Gathering } from '../program/gathering.ts'
import { FileManagerError } from '../protocol/errors.ts'
import { openFile, renameFile, storageError, syncFile } from './disk.ts'

interface Naming {
  readonly from: string
  readonly to: string
  readonly last: () => void
}

/** Gives files their names durably: many renames, then one sync of the folder for all of them. */
export class GroupCommit {
  readonly #folder: string
  readonly #namings = new Gathering<Naming>(group => this.#perform(group))
  #fd: Promise<number> | undefined

  constructor(folder: string) {
    this.#folder = folder
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
      if (renamed.some(({ status }) => status === 'fulfilled')) await this.#sync()
      return renamed
    } catch (error) {
      this.#fd = undefined
      const reason = new FileManagerError('storage', 'the storage has failed to keep what it was given', {
        cause: error,
      })
      return renamed.map(one => (one.status === 'fulfilled' ? { status: 'rejected', reason } : one))
    }
  }

  async #sync(): Promise<void> {
    this.#fd ??= openFile(this.#folder, constants.O_RDONLY | constants.O_DIRECTORY)
    await syncFile(await this.#fd)
  }
}

async function rename({ from, to, last }: Naming): Promise<void> {
  try {
    last()
    await renameFile(from, to)
  } catch (error) {
    const gone = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw gone ? new FileManagerError('superseded', 'a later attempt has taken this upload over') : storageError(error)
  }
}
