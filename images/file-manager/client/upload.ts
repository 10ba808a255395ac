import { createHash, type Hash, randomBytes } from 'node:crypto'
import { FileManagerError } from '../protocol/errors.ts'
import { sendRange } from '../protocol/send-range.ts'
import type { Session } from '../protocol/session.ts'
import type { CutOff } from './cut-off.ts'
import { exact } from './exact.ts'
import type { LargeSource, SmallSource, Source } from './source.ts'

export interface Moving {
  readonly signal: AbortSignal
  /** Told of bytes as they leave or arrive. */
  moved(bytes: number): void
  /** Told of bytes that were there before; with less than before, when that turns out to be of no use. */
  resumed(bytes: number): void
}

export interface Moved {
  readonly size: number
  readonly sha256: string
  readonly resumed: number
}

const newAttempt = (): string => randomBytes(16).toString('hex')

/**
 * At once, without asking how much of it is there. Begun anew where the server says that it was taken over: nothing but a
 * later attempt of ours does that to one this small, and there is none, so it is the storage that has lost sight of it.
 */
export async function uploadSmall(
  session: Session,
  source: SmallSource,
  cutOff: CutOff,
  moving: Moving,
): Promise<Moved> {
  const attempt = () => sendSmall(session, source, cutOff, moving)
  return attempt().catch(error => {
    if (error instanceof FileManagerError && error.errorCode === 'superseded') return attempt()
    throw error
  })
}

async function sendSmall(session: Session, source: SmallSource, cutOff: CutOff, moving: Moving): Promise<Moved> {
  const { content, size } = source
  const sha256 = createHash('sha256').update(content).digest('hex')
  const request = { type: 'upload', ...wish(source), attempt: newAttempt(), offset: 0 } as const
  return cutOff.watch(request, async replaces => {
    const upload = await session.openUpload({ ...request, ...replaces }, moving)
    await upload.write(content)
    const answer = await upload.finish(sha256)
    moving.moved(size)
    return { ...checked(answer, size, sha256), resumed: 0 }
  })
}

/** Goes on with what an earlier attempt has left there. */
export async function uploadLarge(
  session: Session,
  source: LargeSource,
  cutOff: CutOff,
  moving: Moving,
): Promise<Moved> {
  const { offset } = await session.request({ type: 'partial', ...wish(source) }, moving)
  const usable = Number.isSafeInteger(offset) && offset <= source.size ? offset : 0
  try {
    return await send(session, source, usable, cutOff, moving)
  } catch (error) {
    if (!(error instanceof FileManagerError) || error.errorCode !== 'prefix' || usable === 0) throw error
    moving.resumed(-usable)
    return send(session, source, 0, cutOff, moving)
  }
}

async function send(
  session: Session,
  source: LargeSource,
  offset: number,
  cutOff: CutOff,
  moving: Moving,
): Promise<Moved> {
  const hash = createHash('sha256')
  if (offset > 0) await hashBefore(source, offset, hash, moving)
  const prefix = offset > 0 ? { prefix: hash.copy().digest('hex') } : {}
  moving.resumed(offset)
  const request = { type: 'upload', ...wish(source), attempt: newAttempt(), offset, ...prefix } as const
  return cutOff.watch(request, async replaces => {
    const upload = await session.openUpload({ ...request, ...replaces }, moving)
    try {
      const seen = (piece: Buffer): void => {
        hash.update(piece)
        moving.moved(piece.length)
      }
      await sendRange(upload, (buffers, at) => exact(source.file, buffers, at), offset, source.size, seen)
      await source.checkUnchanged()
      const sha256 = hash.digest('hex')
      return { ...checked(await upload.finish(sha256), source.size, sha256), resumed: offset }
    } catch (error) {
      upload.cancel()
      throw error
    }
  })
}

async function hashBefore({ file }: LargeSource, end: number, hash: Hash, { signal }: Moving): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(2 ** 20, end))
  for (let at = 0; at < end; at += buffer.length) {
    if (signal.aborted) throw new FileManagerError('cancelled', 'the upload was cancelled')
    const piece = buffer.subarray(0, Math.min(buffer.length, end - at))
    await exact(file, [piece], at)
    hash.update(piece)
  }
}

const wish = ({ name, size, upload }: Source) => ({ name, size, upload })

function checked(answer: { size: number; sha256: string }, size: number, sha256: string) {
  if (answer.size === size && answer.sha256 === sha256) return { size, sha256 }
  throw new FileManagerError('checksum', 'the server says that it has stored something else than was sent')
}
