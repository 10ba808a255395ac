import { rmSync } from 'node:fs'
import type { Outcome } from '../program/lane.ts'
import type { Lane } from '../program/lanes.ts'
import { FileManagerError } from '../protocol/errors.ts'
import { Records } from '../protocol/records.ts'
import type { Session } from '../protocol/session.ts'
import type { Into } from './download.ts'
import type { PackResult } from './pack.ts'
import { InTheWay, putInPlace, targetOf } from './target.ts'

export interface PackInto extends Omit<Into, 'replace'> {
  /** Makes the calls for the files, while more of them arrive. */
  readonly lane: Lane
  /** Lets through `fetchesAtOnce` of those who arrive. */
  inTurn<T>(act: () => Promise<T>): Promise<T>
  mayReplace(name: string): boolean
  /** What had the name when the downloads began; it need not be true any more. */
  wasHere(name: string): boolean
}

/** So many arrive at once: enough that the line is never idle, and few enough that each is soon whole. */
export const fetchesAtOnce = 4
/** Bytes of the files that one job of the thread writes. */
const together = 256 * 1024
/** As everybody makes files here. */
const mode = 0o666

/** One file that has arrived: where it lies until it gets its name, and what has failed. */
interface Arrived {
  readonly name: string
  readonly path: string
  readonly target: string
  readonly size: number
  readonly sha256: string
  failure: Outcome
}

/** Downloads them in one request, each with the care that it would have alone. Throws when the connection is lost. */
export async function downloadPack(
  session: Session,
  names: readonly string[],
  into: PackInto,
  signal: AbortSignal,
): Promise<readonly PackResult[]> {
  const results = names.map((name): PackResult | undefined => whyNotNow(name, into))
  const wanted = [...names.keys()].filter(i => results[i] === undefined)
  const arrived = new Map<number, Arrived>()
  const asks = into.sync.expect()
  const lots = new Lots(into.lane)
  try {
    if (wanted.length > 0) {
      await into.inTurn(async () => {
        const asked = wanted.map(i => names[i] ?? '')
        const fetched = await session.fetch({ type: 'fetch', names: asked }, { signal })
        const records = new Records(fetched.read)
        for (const i of wanted) {
          const one = await receive(records, names[i] ?? '', into, lots)
          if (typeof one === 'object' && 'path' in one) arrived.set(i, one)
          else results[i] = one
        }
        await records.end()
      })
      await lots.end()
      const whole = [...arrived.values()].filter(({ failure }) => failure === undefined)
      const settled = into.sync.settle(whole.map(({ path }) => path))
      asks()
      await settled
    }
  } catch (error) {
    await lots.end()
    for (const { path } of arrived.values()) rmSync(path, { force: true })
    throw error
  } finally {
    asks()
  }
  await place(arrived, results, into)
  return results.map(result => result ?? 'alone')
}

function whyNotNow(name: string, { folder, mayReplace, wasHere }: PackInto): PackResult | undefined {
  try {
    targetOf(folder, name)
    return wasHere(name) && !mayReplace(name) ? 'alone' : undefined
  } catch (error) {
    return { error }
  }
}

async function receive(
  records: Records,
  name: string,
  { folder, leftovers }: PackInto,
  lots: Lots,
): Promise<Arrived | PackResult> {
  const { head, content } = await records.next(size => lots.room(size))
  if ('code' in head)
    return head.code === 'too-big' ? 'alone' : { error: new FileManagerError(head.code, head.message) }
  const { path, left } = leftovers.claim(name)
  if (left) {
    leftovers.leave(name, path)
    return 'alone'
  }
  const one = { name, path, target: targetOf(folder, name), ...head, failure: undefined }
  lots.add(one, content)
  return one
}

/** What arrives, some files at a time, on its way to the thread that writes them. */
class Lots {
  readonly #lane: Lane
  readonly #writing: Promise<void>[] = []
  #content = Buffer.alloc(0)
  #filled = 0
  #files: Arrived[] = []

  constructor(lane: Lane) {
    this.#lane = lane
  }

  /** For the content of the next file. */
  room(size: number): Buffer {
    if (this.#filled + size > this.#content.length) {
      this.#write()
      this.#content = Buffer.allocUnsafeSlow(Math.max(together, size))
    }
    return this.#content.subarray(this.#filled, this.#filled + size)
  }

  /** `content` is what `room` gave last. */
  add(file: Arrived, content: Buffer): void {
    this.#files.push(file)
    this.#filled += content.length
  }

  /** Settles when all are written, or have failed. */
  async end(): Promise<void> {
    this.#write()
    await Promise.all(this.#writing)
  }

  #write(): void {
    const files = this.#files
    if (files.length > 0) this.#writing.push(this.#run(files, this.#content.buffer as ArrayBuffer))
    this.#files = []
    this.#content = Buffer.alloc(0)
    this.#filled = 0
  }

  async #run(files: readonly Arrived[], content: ArrayBuffer): Promise<void> {
    const [paths, sizes] = [files.map(({ path }) => path), files.map(({ size }) => size)]
    const sums = files.map(({ sha256 }) => sha256)
    const outcomes = await this.#lane
      .run('write', { paths, sizes, sums, mode, content }, [content])
      .catch(() => files.map((): Outcome => 'EIO'))
    for (const [i, file] of files.entries()) file.failure = outcomes[i]
  }
}

/** Gives those that are whole their names, and puts away what is left of the others. */
async function place(
  arrived: ReadonlyMap<number, Arrived>,
  results: (PackResult | undefined)[],
  { lane, mayReplace }: PackInto,
): Promise<void> {
  const whole = [...arrived].filter(([, { failure }]) => failure === undefined)
  const named = new Set<number>()
  for (const replace of [false, true]) {
    const some = whole.filter(([, { name }]) => mayReplace(name) === replace)
    if (some.length === 0) continue
    const [from, to] = [some.map(([, { path }]) => path), some.map(([, { target }]) => target)]
    const outcomes = await lane
      .run(replace ? 'rename' : 'place', { from, to })
      .catch(() => some.map((): Outcome => 'EIO'))
    for (const [n, [i]] of some.entries()) if (outcomes[n] === undefined) named.add(i)
  }
  for (const [i, one] of arrived) results[i] = named.has(i) ? moved(one) : placedAlone(one, mayReplace(one.name))
}

const moved = ({ size, sha256 }: Arrived): PackResult => ({ moved: { size, sha256, resumed: 0 } })

/** Once more, for what is in its way, or where the file system has no links; or what has failed before. */
function placedAlone(one: Arrived, replace: boolean): PackResult {
  const { path, target, name, failure } = one
  try {
    if (failure === 'checksum') throw new FileManagerError('checksum', 'what has arrived is not what was sent')
    if (failure !== undefined)
      throw Object.assign(new Error(`the file system has failed with ${failure}`), { code: failure })
    putInPlace(path, target, name, replace)
    return moved(one)
  } catch (error) {
    rmSync(path, { force: true })
    return error instanceof InTheWay ? 'alone' : { error }
  }
}
