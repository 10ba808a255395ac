import { open } from 'node:fs/promises'
import type { Writable } from 'node:stream'

/**
 * Writes a file into a stream and ends it, piece by piece through the same memory: the pieces of a layer would else fill
 * more of it than all else that `up` does, before anybody collects them. Rejects where either fails.
 */
export async function sendFile(file: string, into: Writable): Promise<void> {
  const piece = Buffer.allocUnsafe(256 * 1024)
  const handle = await open(file)
  try {
    for (;;) {
      const { bytesRead } = await handle.read(piece)
      if (bytesRead === 0) break
      // A stream calls back when it has no more use for the bytes.
      await new Promise<void>((resolve, reject) => {
        into.write(piece.subarray(0, bytesRead), error => (error ? reject(error) : resolve()))
      })
    }
  } finally {
    await handle.close()
  }
  into.end()
}
