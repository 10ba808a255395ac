import type { Writable } from 'node:stream'
import { piecesOfFile } from '../../engine/archive/pieces-of-file.ts'

/** Writes a file of any size into a stream and ends it. Rejects where either fails. */
export async function sendFile(file: string, into: Writable): Promise<void> {
  for await (const piece of piecesOfFile(file)) {
    // A stream calls back when it has no more use for the bytes.
    await new Promise<void>((resolve, reject) => {
      into.write(piece, error => (error ? reject(error) : resolve()))
    })
  }
  into.end()
}
