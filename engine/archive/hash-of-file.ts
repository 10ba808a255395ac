import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'

/**
 * Reads piece by piece into the same memory: packages and layers are larger than what `up` may take of it, and so are
 * their pieces before anybody collects them. Throws ENOENT.
 */
export async function hashOfFile(
  file: string,
  algorithm: 'sha256' | 'sha512',
  encoding: 'hex' | 'base64',
): Promise<string> {
  const hash = createHash(algorithm)
  const piece = Buffer.allocUnsafe(256 * 1024)
  const handle = await open(file)
  try {
    for (let bytes = -1; bytes !== 0; ) {
      bytes = (await handle.read(piece)).bytesRead
      hash.update(piece.subarray(0, bytes))
    }
  } finally {
    await handle.close()
  }
  return hash.digest(encoding)
}
