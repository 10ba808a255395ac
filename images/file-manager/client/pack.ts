import { hash, randomBytes } from 'node:crypto'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { FileManagerError } from '../protocol/errors.ts'
import { frameLimits } from '../protocol/limits.ts'
import type { PackEntry, ResponseOf } from '../protocol/messages.ts'
import { Records } from '../protocol/records.ts'
import type { Session } from '../protocol/session.ts'
import type { CutOff } from './cut-off.ts'
import type { Downloaded, Into } from './download.ts'
import { readInto, remoteName, type Seen } from './source.ts'
import { InTheWay, isFolder, putInPlace, standing, targetOf } from './target.ts'
import type { Moved } from './upload.ts'

/**
 * What came of one file of a pack: it has moved; or why not; or it is to travel by itself, for it is not small any more,
 * or something is here of which more must be known.
 */
export type PackResult = { readonly moved: Moved | Downloaded } | { readonly error: unknown } | 'alone'

/** Of the request's JSON: what a frame holds, less what stands around the files. */
const mostText = frameLimits.control - 256

/** An ordinary file: where it is, what it is called by whoever asks, and what it was when it was found. */
export interface Packable {
  readonly path: string
  readonly shown: string
  readonly seen: Seen
}

/** Uploads them in one request. Throws when it is not known what came of them. */
export async function uploadPack(
  session: Session,
  files: readonly Packable[],
  cutOff: CutOff,
  signal: AbortSignal,
): Promise<readonly PackResult[]> {
  const content = Buffer.allocUnsafeSlow(files.reduce((sum, { seen }) => sum + seen.size, 0))
  const attempt = randomBytes(16).toString('hex')
  let at = 0
  const read = files.map(({ path, shown, seen }): PackEntry | PackResult => {
    try {
      const name = remoteName(path, shown)
      if (!readInto(content.subarray(at), path, shown, seen)) return 'alone'
      const { size } = seen
      at += size
      return { name, size, sha256: hash('sha256', content.subarray(at - size, at)), ...cutOff.replaces(name) }
    } catch (error) {
      return { error }
    }
  })
  const entries = read.filter(isEntry)
  const sent = entries.slice(0, fitting(entries))
  const bytes = sent.reduce((sum, { size }) => sum + size, 0)
  const marks = sent.map(({ name, sha256 }) => ({ name, upload: sha256, attempt }))
  const request = { type: 'pack', attempt, files: sent } as const
  const outcomes =
    sent.length === 0
      ? []
      : await cutOff.watchAll(marks, async () =>
          outcomesOf(await session.pack(request, content.subarray(0, bytes), { signal }), sent),
        )
  let next = 0
  return read.map(one => (isEntry(one) ? (outcomes[next++] ?? 'alone') : one))
}

const isEntry = (one: PackEntry | PackResult): one is PackEntry => typeof one === 'object' && 'name' in one

/** How many of them fit into a frame. */
function fitting(entries: readonly PackEntry[]): number {
  let text = 0
  const over = entries.findIndex(entry => {
    text += Buffer.byteLength(JSON.stringify(entry)) + 1
    return text > mostText
  })
  return over < 0 ? entries.length : over
}

function outcomesOf({ failed }: ResponseOf<'pack'>, sent: readonly PackEntry[]): readonly PackResult[] {
  const results: PackResult[] = sent.map(({ size, sha256 }) => ({ moved: { size, sha256, resumed: 0 } }))
  for (const { file, code, message } of failed) {
    if (file >= sent.length)
      throw new FileManagerError('bad-message', 'received the failure of a file that was not sent')
    results[file] = { error: new FileManagerError(code, message) }
  }
  return results
}

interface Arrived {
  readonly name: string
  readonly path: string
  readonly target: string
  readonly moved: Moved
}

/** Downloads them in one request, each with the care that it would have alone. Throws when the connection is lost. */
export async function downloadPack(
  session: Session,
  names: readonly string[],
  into: Omit<Into, 'replace'>,
  mayReplace: (name: string) => boolean,
  signal: AbortSignal,
): Promise<readonly PackResult[]> {
  const results = names.map((name): PackResult | undefined => whyNotNow(name, into.folder, mayReplace(name)))
  const wanted = [...names.keys()].filter(i => results[i] === undefined)
  const arrived = new Map<number, Arrived>()
  try {
    if (wanted.length > 0) {
      const asked = wanted.map(i => names[i] ?? '')
      const fetched = await session.fetch({ type: 'fetch', names: asked }, { signal })
      const records = new Records(fetched.read)
      for (const i of wanted) {
        const one = await receive(records, names[i] ?? '', into)
        if ('name' in one) arrived.set(i, one)
        else results[i] = one.result
      }
      await records.end()
      await Promise.all([...arrived.values()].map(({ path }) => into.sync.settle(path)))
    }
  } catch (error) {
    for (const { path } of arrived.values()) rmSync(path, { force: true })
    throw error
  }
  for (const [i, one] of arrived) results[i] = place(one, mayReplace(one.name))
  return results.map(result => result ?? 'alone')
}

function whyNotNow(name: string, folder: string, replace: boolean): PackResult | undefined {
  try {
    const there = standing(targetOf(folder, name))
    if (there === 'folder') throw isFolder(name)
    return there === 'nothing' || replace ? undefined : 'alone'
  } catch (error) {
    return { error }
  }
}

async function receive(
  records: Records,
  name: string,
  { folder, leftovers }: Omit<Into, 'replace'>,
): Promise<Arrived | { readonly result: PackResult }> {
  const { head, content } = await records.next()
  if ('code' in head)
    return { result: head.code === 'too-big' ? 'alone' : { error: new FileManagerError(head.code, head.message) } }
  const { size, sha256 } = head
  if (hash('sha256', content) !== sha256)
    return { result: { error: new FileManagerError('checksum', 'what has arrived is not what was sent') } }
  const { path, left } = leftovers.claim(name)
  if (left) {
    leftovers.leave(name, path)
    return { result: 'alone' }
  }
  try {
    writeNew(path, content)
    return { name, path, target: targetOf(folder, name), moved: { size, sha256, resumed: 0 } }
  } catch (error) {
    rmSync(path, { force: true })
    return { result: { error } }
  }
}

function writeNew(path: string, content: Buffer): void {
  const fd = openSync(path, 'wx')
  try {
    for (let at = 0; at < content.length; ) at += writeSync(fd, content, at)
  } finally {
    closeSync(fd)
  }
}

function place({ name, path, target, moved }: Arrived, replace: boolean): PackResult {
  try {
    putInPlace(path, target, name, replace)
    return { moved }
  } catch (error) {
    rmSync(path, { force: true })
    return error instanceof InTheWay ? 'alone' : { error }
  }
}
