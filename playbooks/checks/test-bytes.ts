import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { doneWith } from './collect.ts'

const pieceBytes = 65_536

/**
 * Bytes that no buffer on the way has seen and nothing compresses, the same at every reading. They are made piece by
 * piece, twice where their hash goes before them: nobody holds them all.
 */
export class TestBytes {
  readonly length: number
  readonly #key: Buffer

  constructor(length: number, key: Buffer = randomBytes(32)) {
    this.length = length
    this.#key = key
  }

  *pieces(): Generator<Buffer> {
    const stream = createCipheriv('aes-256-ctr', this.#key, Buffer.alloc(16))
    const zeros = Buffer.alloc(pieceBytes)
    for (let left = this.length; left > 0; left -= pieceBytes) {
      yield stream.update(zeros.subarray(0, left))
      doneWith(pieceBytes)
    }
  }

  /** SHA-256, in base64 as in a Content-Digest. */
  digest(): string {
    const hash = createHash('sha256')
    for (const piece of this.pieces()) hash.update(piece)
    return hash.digest('base64')
  }
}
