import { open } from 'node:fs/promises'

/**
 * A file piece by piece, each in the same memory and good only until the next: packages and layers are larger than what
 * `up` may take of it, and so are their pieces before anybody collects them. Throws ENOENT.
 */
export async function* piecesOfFile(file: string): AsyncGenerator<Buffer> {
  const memory = Buffer.allocUnsafe(256 * 1024)
  const handle = await open(file)
  try {
    for (;;) {
      const { bytesRead } = await handle.read(memory)
      if (bytesRead === 0) return
      yield memory.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}
