import { constants } from 'node:fs'
import { openFile, syncFile } from './disk.ts'

/** Makes the names in one folder durable. */
export class FolderSync {
  readonly #folder: string
  #fd: Promise<number> | undefined

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Settles when all names that were given or taken before are so on disk. */
  async sync(): Promise<void> {
    try {
      this.#fd ??= openFile(this.#folder, constants.O_RDONLY | constants.O_DIRECTORY)
      await syncFile(await this.#fd)
    } catch (error) {
      this.#fd = undefined
      throw error
    }
  }
}
