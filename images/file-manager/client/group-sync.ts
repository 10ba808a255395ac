import { Gathering } from '../program/gathering.ts'
import { ManySyncs, many } from '../program/many-syncs.ts'

/** Makes files of one folder durable, each for who asks, many at once. */
export class GroupSync {
  readonly #syncs: ManySyncs
  readonly #groups: Gathering<readonly string[]>

  constructor(folder: string) {
    this.#syncs = new ManySyncs(folder)
    this.#groups = new Gathering(async group => {
      const results = [...(await this.#syncs.sync(group.flat()))]
      return group.map(({ length }) => together(results.splice(0, length)))
    })
  }

  /** To be awaited before so many files are written. */
  async begin(files: number): Promise<void> {
    if (files >= many) await this.#syncs.begin()
  }

  /** Others will ask, and those who do may wait for them. What this returns is to be called when they have, or will not. */
  expect(): () => void {
    return this.#groups.expect()
  }

  /** Settles when the content of all `paths`, files of the folder, is on disk. */
  settle(paths: readonly string[]): Promise<void> {
    return this.#groups.join(paths)
  }

  close(): Promise<void> {
    return this.#syncs.close()
  }
}

const together = (results: readonly PromiseSettledResult<unknown>[]): PromiseSettledResult<unknown> =>
  results.find(({ status }) => status === 'rejected') ?? { status: 'fulfilled', value: undefined }
