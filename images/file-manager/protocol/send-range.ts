import { headerSize } from './frames.ts'
import type { Outgoing } from './outgoing.ts'

/** Frames that are read by one call: it costs as much for many as for one. */
const together = 2

/** Fills all of the buffers from a place in a file on. Rejects when the file ends before. */
export type ReadInto = (buffers: readonly Buffer[], at: number) => Promise<void>

/** Each frame with its first ten bytes free. */
interface Batch {
  readonly frames: readonly Buffer[]
  readonly size: number
}

/**
 * Sends the bytes of a file from `from` to `to`: while some of them are on their way the next ones are read, and nothing
 * is read for which there is no leave yet. `seen` is given all of them, in order.
 */
export async function sendRange(
  stream: Pick<Outgoing, 'leave' | 'leaveNow' | 'send'>,
  read: ReadInto,
  from: number,
  to: number,
  seen: (piece: Buffer) => void,
): Promise<void> {
  let next = begin(stream, read, from, to)
  try {
    for (let at = from; at < to; ) {
      const { frames, size } = await next
      at += size
      next = begin(stream, read, at, to)
      for (const frame of frames) {
        seen(frame.subarray(headerSize))
        void stream.send(frame)
      }
    }
  } finally {
    await next.catch(() => undefined) // nothing is being read any more when the caller closes the file
  }
}

/** Leave and content for what comes at `at`. */
async function begin(
  stream: Pick<Outgoing, 'leave' | 'leaveNow'>,
  read: ReadInto,
  at: number,
  to: number,
): Promise<Batch> {
  if (at >= to) return { frames: [], size: 0 }
  const sizes = [await stream.leave(to - at)]
  let size = sizes[0] ?? 0
  while (sizes.length < together && at + size < to) {
    const more = stream.leaveNow(to - at - size)
    if (more === 0) break
    sizes.push(more)
    size += more
  }
  const frames = sizes.map(each => Buffer.allocUnsafeSlow(headerSize + each))
  await read(
    frames.map(frame => frame.subarray(headerSize)),
    at,
  )
  return { frames, size }
}
