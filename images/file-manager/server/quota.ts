import { join } from 'node:path'
import { FileManagerError } from '../protocol/errors.ts'
import { listFolder, statPath } from './disk.ts'

/** A count that is older than this is made anew before anybody is refused. */
const fresh = 2_000

/**
 * How many bytes the folder holds, against how many it may. Counted now and then, for other servers write there too, and
 * kept up to date in between by what goes through here: so several servers together may pass it by what they take in
 * between two counts, and no more.
 */
export class Quota {
  readonly #folder: string
  readonly #most: number
  #used = 0
  #reserved = 0
  #countedAt = Number.NEGATIVE_INFINITY
  #counting: Promise<void> | undefined

  constructor(folder: string, most: number) {
    this.#folder = folder
    this.#most = most
  }

  /** Room for an upload of `size` bytes. Throws `quota`. Whoever has it says with `release` what became of it. */
  async reserve(size: number): Promise<void> {
    if (this.reserveNow(size)) return
    if (performance.now() - this.#countedAt > fresh) await this.count()
    if (!this.reserveNow(size))
      throw new FileManagerError(
        'quota',
        `all files together may have ${this.#most} bytes, and with this they would have more`,
      )
  }

  /** The same without waiting; false where there may be none. */
  reserveNow(size: number): boolean {
    if (!this.#fits(size)) return false
    this.#reserved += size
    return true
  }

  /** `kept` are the bytes that now lie in the folder. */
  release(size: number, kept: number): void {
    this.#reserved -= size
    this.#used += kept
  }

  count(): Promise<void> {
    this.#counting ??= this.#count().finally(() => {
      this.#counting = undefined
    })
    return this.#counting
  }

  async #count(): Promise<void> {
    let used = 0
    const names = await listFolder(this.#folder)
    for (let at = 0; at < names.length; at += 64) {
      const stats = await Promise.all(names.slice(at, at + 64).map(name => statPath(join(this.#folder, name))))
      for (const each of stats) if (each?.isFile()) used += each.size
    }
    this.#used = used
    this.#countedAt = performance.now()
  }

  #fits(size: number): boolean {
    return this.#used + this.#reserved + size <= this.#most
  }
}
