import { hash } from 'node:crypto'
import { join } from 'node:path'
import { FileManagerError } from '../protocol/errors.ts'
import { partialPrefix } from '../protocol/names.ts'
import { listFolder, removeFile, renameFile, statPath } from './disk.ts'

/** Whose upload a temporary file is, of what, and which attempt made it: its name says all three. */
export interface PartialId {
  /** Of a client and a name. */
  readonly writer: string
  readonly upload: string
  readonly attempt: string
}

/** A partial that nobody has gone on with for so long is removed. */
export const partialLife = 24 * 3600_000

const digits = 32
const pattern = /^([0-9a-f]{32})-([0-9a-f]{32})-([0-9a-f]{32})(-taken)?$/

export function writerOf(client: string, name: string): string {
  return hash('sha256', `${client}\0${name}`).slice(0, digits)
}

const short = (upload: string): string => upload.slice(0, digits)

/**
 * The temporary files of one folder. Every attempt has a file of its own, named by its own random number, and becomes
 * whole by renaming it. So whoever takes that name away has ended that attempt for ever, wherever it runs: its last step
 * finds nothing to rename. That is how a later attempt keeps an earlier one, stalled on another server, from harm.
 */
export class Partials {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  path({ writer, upload, attempt }: PartialId): string {
    return `${this.#folder}/${partialPrefix}${writer}-${short(upload)}-${attempt}`
  }

  /** Removes an attempt of which its client has lost sight. */
  async end(id: PartialId): Promise<void> {
    await removeFile(this.path(id))
  }

  /** Removes all that a client has left of a name, so that none of it can come into effect after what follows. */
  async endAll(writer: string): Promise<void> {
    const names = await this.#names(`${writer}-`)
    await Promise.all(names.map(name => removeFile(join(this.#folder, name))))
  }

  /** The longest that was left of this upload; undefined when there is none. */
  async longest(writer: string, upload: string): Promise<{ readonly path: string; readonly size: number } | undefined> {
    const names = await this.#names(`${writer}-${short(upload)}-`)
    const found = await Promise.all(
      names.map(async name => {
        const path = join(this.#folder, name)
        const stats = await statPath(path)
        return stats?.isFile() ? [{ path, size: stats.size }] : []
      }),
    )
    return found.flat().sort((a, b) => b.size - a.size)[0]
  }

  /** Takes what is left of an upload away from whoever writes it still. Throws `prefix` when that is not enough. */
  async take(id: PartialId, least: number): Promise<string> {
    const found = await this.longest(id.writer, id.upload)
    if (found === undefined || found.size < least)
      throw new FileManagerError('prefix', 'there is less of this upload than the client goes on from')
    const taken = `${this.path(id)}-taken`
    await renameFile(found.path, taken)
    return taken
  }

  /** Removes those older than `partialLife`. How many there were. */
  async sweep(now: number): Promise<number> {
    const removed = await Promise.all(
      (await this.#names('')).map(async name => {
        const path = join(this.#folder, name)
        const stats = await statPath(path)
        return stats !== undefined && now - stats.mtimeMs > partialLife && (await removeFile(path))
      }),
    )
    return removed.filter(Boolean).length
  }

  /** Only what is named as ours is ours. */
  async #names(beginning: string): Promise<string[]> {
    return (await listFolder(this.#folder)).filter(name => {
      const rest = name.startsWith(partialPrefix) ? name.slice(partialPrefix.length) : ''
      return rest.startsWith(beginning) && pattern.test(rest)
    })
  }
}
