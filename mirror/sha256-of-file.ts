import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** In hexadecimal. Reads piece by piece: packages and layers together are larger than what `up` may take of memory. */
export async function sha256OfFile(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
