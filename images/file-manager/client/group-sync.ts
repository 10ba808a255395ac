import { Gathering } from '../program/gathering.ts'
import { ManySyncs } from '../program/many-syncs.ts'

/** Makes files of one folder durable, each for who asks, many at once. */
export class GroupSync {
  readonly #files: Gathering<string>

  constructor(folder: string) {
    const syncs = new ManySyncs(folder)
    this.#files = new Gathering(group => syncs.sync(group))
  }

  /** Settles when the content of `path`, a file of the folder, is on disk. */
  settle(path: string): Promise<void> {
    return this.#files.join(path)
  }
}
