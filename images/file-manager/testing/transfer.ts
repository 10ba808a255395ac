import { createHash, randomBytes } from 'node:crypto'
import type { RequestOf } from '../protocol/messages.ts'
import type { Session, Upload } from '../protocol/session.ts'

export const sha256 = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex')

/** What an upload of `content` asks for, as a new attempt. */
export function uploadRequest(name: string, content: Uint8Array, more: Partial<RequestOf<'upload'>> = {}) {
  const attempt = randomBytes(16).toString('hex')
  return { type: 'upload', name, size: content.length, upload: sha256(content), attempt, offset: 0, ...more } as const
}

export async function put(
  session: Session,
  name: string,
  content: Uint8Array,
  more: Partial<RequestOf<'upload'>> = {},
) {
  const upload = await session.openUpload(uploadRequest(name, content, more))
  await upload.write(content.subarray(more.offset ?? 0))
  return upload.finish(sha256(content))
}

/** The request and the content of a pack of these files. */
export function packOf(files: readonly (readonly [name: string, content: Buffer])[]): [RequestOf<'pack'>, Buffer] {
  const entries = files.map(([name, content]) => ({ name, size: content.length, sha256: sha256(content) }))
  const attempt = randomBytes(16).toString('hex')
  return [{ type: 'pack', attempt, files: entries }, Buffer.concat(files.map(([, content]) => content))]
}

/** An upload whose first `size` bytes have been sent, and that waits. */
export async function begin(
  session: Session,
  request: RequestOf<'upload'>,
  content: Uint8Array,
  size: number,
): Promise<Upload> {
  const upload = await session.openUpload(request)
  await upload.write(content.subarray(0, size))
  return upload
}

/** The content, checked against its sum. */
export async function get(session: Session, name: string, more: Partial<RequestOf<'download'>> = {}): Promise<Buffer> {
  const download = await session.openDownload({ type: 'download', name, ...more })
  const all: Buffer[] = []
  for (let pieces = await download.read(); pieces !== undefined; pieces = await download.read()) all.push(...pieces)
  const content = Buffer.concat(all)
  if (download.offset === 0 && sha256(content) !== download.sha256) throw new Error(`${name} has another sum`)
  return content
}
