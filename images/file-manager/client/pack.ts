import { hash, randomBytes } from 'node:crypto'
import { FileManagerError } from '../protocol/errors.ts'
import { frameLimits } from '../protocol/limits.ts'
import type { PackEntry, ResponseOf } from '../protocol/messages.ts'
import type { Session } from '../protocol/session.ts'
import type { CutOff } from './cut-off.ts'
import type { Downloaded } from './download.ts'
import { readInto, remoteName, type Seen } from './source.ts'
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
