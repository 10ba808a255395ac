import { createHash } from 'node:crypto'
import { piecesOfFile } from './pieces-of-file.ts'

/** Of a file of any size. Throws ENOENT. */
export async function hashOfFile(
  file: string,
  algorithm: 'sha256' | 'sha512',
  encoding: 'hex' | 'base64',
): Promise<string> {
  const hash = createHash(algorithm)
  for await (const piece of piecesOfFile(file)) hash.update(piece)
  return hash.digest(encoding)
}
