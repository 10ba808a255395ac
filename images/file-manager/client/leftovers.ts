import { hash, randomBytes } from 'node:crypto'
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { partialPrefix } from '../protocol/names.ts'

/** One that nobody has gone on with for so long is removed. */
const life = 24 * 3600_000

const ours = /^([0-9a-f]{32})(?:\.(\d+)-[0-9a-f]{8})?$/

/**
 * The hidden files in which downloads into one folder arrive. While a process writes one, its number is a part of the
 * name: so two who download the same never write the same file, and what a killed one has left is known for that.
 */
export class Leftovers {
  readonly #folder: string
  #count = randomBytes(4).readUInt32BE()
  /** Names by what they are a part of. */
  readonly #found = new Map<string, string[]>()

  /** Removes what is too old. */
  constructor(folder: string, now = Date.now()) {
    this.#folder = folder
    for (const name of namesIn(folder)) {
      const [, of, process] = ours.exec(name.slice(partialPrefix.length)) ?? []
      if (of === undefined || (process !== undefined && isAlive(Number(process)))) continue
      const path = join(folder, name)
      const stats = statSync(path, { throwIfNoEntry: false })
      if (stats !== undefined && now - stats.mtimeMs > life) rmSync(path, { force: true })
      else this.#found.set(of, [...(this.#found.get(of) ?? []), name])
    }
  }

  /** A path for the parts of `name`, which nobody else uses; and whether what was left of it before lies there now. */
  claim(name: string): { readonly path: string; readonly left: boolean } {
    const of = keyOf(name)
    const path = `${this.#folder}/${partialPrefix}${of}.${process.pid}-${this.#next()}`
    const left = (this.#found.get(of) ?? []).some(before => taken(join(this.#folder, before), path))
    this.#found.delete(of)
    return { path, left }
  }

  /** 8 hex digits that none before had. */
  #next(): string {
    this.#count = (this.#count + 1) % 2 ** 32
    return this.#count.toString(16).padStart(8, '0')
  }

  /** Leaves `path`, of an earlier `claim`, for a later download of `name`; or nothing, when nothing has arrived. */
  leave(name: string, path: string): void {
    const of = keyOf(name)
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) rmSync(path, { force: true })
    else {
      renameSync(path, join(this.#folder, partialPrefix + of))
      this.#found.set(of, [partialPrefix + of])
    }
  }
}

const keyOf = (name: string): string => hash('sha256', name).slice(0, 32)

function namesIn(folder: string): string[] {
  return readdirSync(folder).filter(name => name.startsWith(partialPrefix))
}

function taken(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch {
    return false // somebody else was quicker
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
