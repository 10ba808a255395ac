import { execFile } from 'node:child_process'
import { open } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** From so many on it is quicker to have the whole file system written. */
const many = 32
/** A file system that takes longer is synced file by file. */
const patience = 60_000

interface Waiting {
  readonly path: string
  resolve(): void
  reject(error: unknown): void
}

/**
 * Makes files of one folder durable, many at once: whoever comes while that is under way waits for the next time, so the
 * more there are the less each costs. One by one, thousands of small files would spend nearly all their time in it.
 */
export class GroupSync {
  readonly #folder: string
  #waiting: Waiting[] = []
  #running = false
  /** Whether this machine has a program that syncs a file system: Node has no call for it. */
  #hasProgram = true

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Settles when the content of `path`, a file of the folder, is on disk. */
  settle(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ path, resolve, reject })
      if (!this.#running) void this.#run()
    })
  }

  async #run(): Promise<void> {
    this.#running = true
    while (this.#waiting.length > 0) {
      const group = this.#waiting
      this.#waiting = []
      const whole = group.length >= many && this.#hasProgram && (await this.#wholeFileSystem())
      if (whole) for (const { resolve } of group) resolve()
      else await Promise.all(group.map(({ path, resolve, reject }) => syncFile(path).then(resolve, reject)))
    }
    this.#running = false
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
