import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** From so many on it is quicker to have the whole file system written. */
const many = 32
/** A file system that takes longer is synced file by file. */
const patience = 60_000
/** Files that are open at once. */
const atOnce = 128

/**
 * Makes files of one folder durable, many at once: one by one, thousands of small files would spend nearly all their time
 * in it.
 */
export class ManySyncs {
  readonly #folder: string
  /** Whether this machine has a program that syncs a file system: Node has no call for it. */
  #hasProgram = true

  constructor(folder: string) {
    this.#folder = folder
  }

  /** What became of each, in their order: fulfilled when its content is on disk. */
  async sync(paths: readonly string[]): Promise<readonly PromiseSettledResult<unknown>[]> {
    if (paths.length >= many && (await this.#wholeFileSystem()))
      return paths.map(() => ({ status: 'fulfilled', value: undefined }))
    const results: PromiseSettledResult<unknown>[] = []
    for (let at = 0; at < paths.length; at += atOnce)
      results.push(...(await Promise.allSettled(paths.slice(at, at + atOnce).map(syncFile))))
    return results
  }

  async #wholeFileSystem(): Promise<boolean> {
    if (!this.#hasProgram) return false
    try {
      await run('sync', ['-f', this.#folder], { timeout: patience })
      return true
    } catch (error) {
      this.#hasProgram = (error as NodeJS.ErrnoException).code !== 'ENOENT'
      return false
    }
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
