import { execFile } from 'node:child_process'
import { open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { Gathering } from '../program/gathering.ts'

const run = promisify(execFile)

/** From so many on it is quicker to have the whole file system written. */
const many = 32
/** A file system that takes longer is synced file by file. */
const patience = 60_000

/**
 * Makes files of one folder durable, many at once: one by one, thousands of small files would spend nearly all their time
 * in it.
 */
export class GroupSync {
  readonly #folder: string
  readonly #files = new Gathering<string>(group => this.#sync(group))
  /** Whether this machine has a program that syncs a file system: Node has no call for it. */
  #hasProgram = true

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Settles when the content of `path`, a file of the folder, is on disk. */
  settle(path: string): Promise<void> {
    return this.#files.join(path)
  }

  async #sync(group: readonly string[]): Promise<readonly PromiseSettledResult<unknown>[]> {
    const whole = group.length >= many && this.#hasProgram && (await this.#wholeFileSystem())
    return Promise.allSettled(whole ? group : group.map(syncFile))
  }

  async #wholeFileSystem(): Promise<boolean> {
    try {
      await run('sync', ['-f', this.#folder], { timeout: patience })
    } catch {
      this.#hasProgram = false
    }
    return this.#hasProgram
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
