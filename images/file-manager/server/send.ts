import { createHash, type Hash } from 'node:crypto'
import { FileManagerError } from '../protocol/errors.ts'
import type { Exchange } from '../protocol/exchange.ts'
import { sendRange } from '../protocol/send-range.ts'
import { closeFile, readAll, readFully } from './disk.ts'
import type { Storage } from './storage.ts'

const chunk = 2 ** 20

/** Sends one file, hashing on the way; from an offset on when what the client has is its beginning. How much it sent. */
export async function sendFile(storage: Storage, exchange: Exchange<'download'>, name: string): Promise<number> {
  const { fd, size, modified } = await storage.open(name)
  try {
    const { hash, offset } = await afterPrefix(exchange, fd, size)
    exchange.respond({ size, modified, offset })
    await sendRange(
      exchange.outgoing,
      (buffers, at) => readAll(fd, buffers, at),
      offset,
      size,
      piece => hash.update(piece),
    )
    exchange.end(hash.digest('hex'))
    return size - offset
  } finally {
    await closeFile(fd)
  }
}

/** Where to begin, and the sum of all before that. */
async function afterPrefix(
  exchange: Exchange<'download'>,
  fd: number,
  size: number,
): Promise<{ hash: Hash; offset: number }> {
  const { offset = 0, prefix } = exchange.request
  const hash = createHash('sha256')
  if (offset === 0 || offset > size || prefix === undefined) return { hash, offset: 0 }
  const buffer = Buffer.allocUnsafe(Math.min(chunk, offset))
  for (let at = 0; at < offset; ) {
    exchange.throwIfCancelled()
    const read = await readFully(fd, buffer.subarray(0, Math.min(chunk, offset - at)), at)
    if (read === 0) throw new FileManagerError('storage', 'the file became shorter')
    hash.update(buffer.subarray(0, read))
    at += read
  }
  return hash.copy().digest('hex') === prefix ? { hash, offset } : { hash: createHash('sha256'), offset: 0 }
}
