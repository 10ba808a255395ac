import { constants } from 'node:fs'
import { FileManagerError } from '../protocol/errors.ts'
import { openFile, renameFile, storageError, syncFile } from './disk.ts'

interface Waiting {
  readonly from: string
  readonly to: string
  readonly last: () => void
  resolve(): void
  reject(why: unknown): void
}

/**
 * Gives files their names durably: many renames, then one sync of the folder for all of them. Whoever comes while one is
 * under way waits for the next, so the more there are the fewer syncs each costs.
 */
export class GroupCommit {
  readonly #folder: string
  #waiting: Waiting[] = []
  #running = false
  #fd: Promise<number> | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * Settles when `to` is what `from` was, on disk. `last` is called at the last moment and may throw to leave it undone.
   * Rejects with `superseded` when `from` was taken away.
   */
  commit(from: string, to: string, last: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ from, to, last, resolve, reject })
      if (!this.#running) void this.#run()
    })
  }

  async #run(): Promise<void> {
    this.#running = true
    while (this.#waiting.length > 0) {
      const group = this.#waiting
      this.#waiting = []
      const renamed = (await Promise.all(group.map(rename))).flat()
      try {
        if (renamed.length > 0) await this.#sync()
        for (const { resolve } of renamed) resolve()
      } catch (error) {
        this.#fd = undefined
        const why = new FileManagerError('storage', 'the storage has failed to keep what it was given', {
          cause: error,
        })
        for (const { reject } of renamed) reject(why)
      }
    }
    this.#running = false
  }

  async #sync(): Promise<void> {
    this.#fd ??= openFile(this.#folder, constants.O_RDONLY | constants.O_DIRECTORY)
    await syncFile(await this.#fd)
  }
}

async function rename(file: Waiting): Promise<Waiting[]> {
  try {
    file.last()
    await renameFile(file.from, file.to)
    return [file]
  } catch (error) {
    const gone = (error as NodeJS.ErrnoException).code === 'ENOENT'
    file.reject(
      gone ? new FileManagerError('superseded', 'a later attempt has taken this upload over') : storageError(error),
    )
    return []
  }
}
