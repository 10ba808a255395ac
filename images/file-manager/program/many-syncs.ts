import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { WholeSync } from './whole-sync.ts'

/** From so many on it is quicker to have the whole file system written. */
export const many = 32
/** Files that are open at once. */
const atOnce = 128

/**
 * Makes files of one folder durable, many at once: one by one, thousands of small files would spend nearly all their time
 * in it.
 */
export class ManySyncs {
  readonly #whole: WholeSync

  constructor(folder: string) {
    this.#whole = new WholeSync(folder)
  }

  /** To be awaited before many files are written that `sync` is to make durable: without it, that takes longer. */
  begin(): Promise<void> {
    return this.#whole.begin()
  }

  /** What became of each, in their order: fulfilled when its content is on disk. For one caller at a time. */
  async sync(paths: readonly string[]): Promise<readonly PromiseSettledResult<unknown>[]> {
    if (paths.length >= many && (await this.#whole.sync()))
      return paths.map(() => ({ status: 'fulfilled', value: undefined }))
    const results: PromiseSettledResult<unknown>[] = []
    for (let at = 0; at < paths.length; at += atOnce)
      results.push(...(await Promise.allSettled(paths.slice(at, at + atOnce).map(syncFile))))
    return results
  }

  close(): Promise<void> {
    return this.#whole.close()
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
