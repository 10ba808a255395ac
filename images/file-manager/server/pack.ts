import type { Outcome } from '../program/lane.ts'
import { FileManagerError } from '../protocol/errors.ts'
import type { Exchange } from '../protocol/exchange.ts'
import { flow } from '../protocol/limits.ts'
import type { PackEntry } from '../protocol/messages.ts'
import { removeFile, storageError } from './disk.ts'
import { writerOf } from './partials.ts'
import type { Storage } from './storage.ts'

/** Bytes of the files that one job of a thread writes, unless there is only one: few when it has nothing to do. */
const together = { busy: 256 * 1024, idle: 32 * 1024 }
const mode = 0o660
/** Of an error that is told of one file of many: all of them must fit into a frame. */
const longestMessage = 120

/** One file on its way: where its content goes, and why it will not become a file, once that is known. */
interface Entry extends PackEntry {
  partial: string
  path: string
  failure: FileManagerError | undefined
  /** There is something to put away when it fails. */
  written: boolean
}

/**
 * Many small uploads, each to a whole, durable file with its name or to an error of its own; nothing of what failed is
 * left. Settles with the line of the log that tells of it.
 */
export async function receivePack(
  storage: Storage,
  exchange: Exchange<'pack'>,
  client: string,
  mostOfFile: number,
): Promise<string> {
  const { files, attempt } = exchange.request
  if (new Set(files.map(({ name }) => name)).size < files.length)
    throw new FileManagerError('bad-message', 'a pack names each of its files once')
  const entries: Entry[] = []
  let stored = false
  const arrived = await storage.expectPack()
  try {
    for (const file of files) entries.push(await admit(storage, file, attempt, client, mostOfFile))
    await receive(storage, exchange, entries)
    await commit(storage, exchange, entries, arrived)
    stored = true
  } catch (error) {
    for (const entry of entries) entry.failure ??= storageError(error)
    throw error
  } finally {
    arrived()
    const failed = entries.filter(({ failure, written }) => failure !== undefined && written)
    await Promise.all(failed.map(({ partial }) => removeFile(partial).catch(() => false)))
    for (const { failure, partial, size } of entries)
      if (partial !== '') storage.quota.release(size, stored && failure === undefined ? size : 0)
  }
  const failed = entries.flatMap(({ failure }, file) =>
    failure === undefined ? [] : [{ file, code: failure.errorCode, message: failure.message.slice(0, longestMessage) }],
  )
  exchange.respond({ failed })
  const [first] = failed
  const whole = entries.filter(({ failure }) => failure === undefined)
  const bytes = whole.reduce((sum, { size }) => sum + size, 0)
  const trouble = first === undefined ? '' : `, ${failed.length} failed, the first with ${first.code}: ${first.message}`
  return `pack: ${whole.length} files, ${bytes} bytes stored${trouble}`
}

/** Where it goes, with room reserved for it; or why it goes nowhere. */
async function admit(storage: Storage, file: PackEntry, attempt: string, client: string, most: number): Promise<Entry> {
  const { name, size, sha256: upload, replaces } = file
  const entry: Entry = { ...file, partial: '', path: '', failure: undefined, written: false }
  try {
    entry.path = storage.path(name)
    const writer = writerOf(client, name)
    for (const old of replaces ?? []) await storage.partials.end({ writer, ...old })
    if (size > most) throw new FileManagerError('too-big', `a file may have ${most} bytes, and this one has ${size}`)
    if (!storage.quota.reserveNow(size)) await storage.quota.reserve(size)
    entry.partial = storage.partials.path({ writer, upload, attempt })
  } catch (error) {
    entry.failure = storageError(error)
  }
  return entry
}

/** Writes what arrives, some files at a time; no more of it is held than one such lot and what waits for a thread. */
async function receive(storage: Storage, { incoming }: Exchange<'pack'>, entries: readonly Entry[]): Promise<void> {
  const writing: Promise<void>[] = []
  if (entries.reduce((sum, { size }) => sum + size, 0) > flow.initialWindow) incoming.widen()
  let pieces: Buffer[] = []
  try {
    for (let first = 0; first < entries.length; ) {
      const lot = lotFrom(entries, first, together[storage.lanes.idle ? 'idle' : 'busy'])
      first += lot.length
      const size = lot.reduce((sum, each) => sum + each.size, 0)
      const content = Buffer.allocUnsafeSlow(size)
      for (let filled = 0; filled < size; ) {
        if (pieces.length === 0) pieces = (await incoming.read()) ?? short()
        const [piece = Buffer.alloc(0)] = pieces
        const taken = piece.copy(content, filled)
        filled += taken
        incoming.done(taken)
        if (taken < piece.length) pieces[0] = piece.subarray(taken)
        else pieces.shift()
      }
      await storage.lanes.room()
      writing.push(write(storage, lot, content.buffer as ArrayBuffer))
      writing.at(-1)?.catch(() => undefined) // it is awaited below
    }
    if (pieces.length > 0) throw new FileManagerError('checksum', 'the server has received more than was announced')
  } finally {
    await Promise.allSettled(writing)
  }
  await Promise.all(writing)
}

function lotFrom(entries: readonly Entry[], first: number, most: number): readonly Entry[] {
  let [size, end] = [0, first]
  while (end < entries.length && (end === first || size + sizeAt(entries, end) <= most)) size += sizeAt(entries, end++)
  return entries.slice(first, end)
}

const sizeAt = (entries: readonly Entry[], at: number): number => entries[at]?.size ?? 0

function short(): never {
  throw new FileManagerError('checksum', 'the server has received less than was announced')
}

async function write(storage: Storage, lot: readonly Entry[], content: ArrayBuffer): Promise<void> {
  const paths = lot.map(({ partial }) => partial)
  const [sizes, sums] = [lot.map(({ size }) => size), lot.map(({ sha256 }) => sha256)]
  const outcomes = await storage.lanes.run('write', { paths, sizes, sums, mode, content }, [content])
  for (const [i, entry] of lot.entries()) {
    entry.failure ??= failureOf(outcomes[i])
    entry.written = entry.failure === undefined
  }
}

function failureOf(outcome: Outcome): FileManagerError | undefined {
  if (outcome === undefined) return undefined
  if (outcome !== 'checksum') return storageError({ code: outcome })
  return new FileManagerError('checksum', 'the server has received other bytes than were announced')
}

async function commit(
  storage: Storage,
  exchange: Exchange<'pack'>,
  entries: readonly Entry[],
  arrived: () => void,
): Promise<void> {
  const good = entries.filter(({ failure }) => failure === undefined)
  exchange.throwIfCancelled()
  if (good.length === 0) return
  const [from, to] = [good.map(({ partial }) => partial), good.map(({ path }) => path)]
  const failures = await storage.commitAll({ from, to, arrived, last: () => exchange.throwIfCancelled() })
  for (const [i, entry] of good.entries()) entry.failure = failures[i]
}
