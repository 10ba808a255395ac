import { FileManagerError } from './errors.ts'
import { parse, type RecordHead, recordHead } from './messages.ts'

/** What a record begins with is no longer than this, in bytes. */
const longestHead = 4096
const lengthSize = 4

/** The beginning of a record of a `fetch`: the length of its JSON, the JSON; then its content follows. */
export function record(head: RecordHead): Buffer {
  const text = JSON.stringify(head)
  const bytes = Buffer.allocUnsafe(lengthSize + Buffer.byteLength(text))
  bytes.writeUInt32BE(bytes.length - lengthSize)
  bytes.write(text, lengthSize)
  return bytes
}

/** Reads records out of a stream, wherever it was cut; holds one of them. */
export class Records {
  readonly #read: () => Promise<readonly Buffer[] | undefined>
  #pieces: Buffer[] = []
  #size = 0

  /** `read` gives the next pieces, which are its own again at the next call; undefined at the end. */
  constructor(read: () => Promise<readonly Buffer[] | undefined>) {
    this.#read = read
  }

  /** The next one, with a content of its own. Throws `bad-message` for what is no record. */
  async next(): Promise<{ readonly head: RecordHead; readonly content: Buffer }> {
    const length = (await this.#take(lengthSize)).readUInt32BE()
    if (length > longestHead)
      throw new FileManagerError('bad-message', `received a record that begins with ${length} bytes`)
    const head = parse(recordHead, await this.#take(length), 'record')
    return { head, content: await this.#take('size' in head ? head.size : 0) }
  }

  /** Throws `bad-message` unless this was all. */
  async end(): Promise<void> {
    if (this.#size > 0 || (await this.#read()) !== undefined)
      throw new FileManagerError('bad-message', 'received more records than were asked for')
  }

  async #take(size: number): Promise<Buffer> {
    while (this.#size < size) {
      const more = await this.#read()
      if (more === undefined) throw new FileManagerError('bad-message', 'received fewer records than were asked for')
      for (const piece of more) {
        this.#pieces.push(Buffer.from(piece)) // a copy: what was read is the socket's
        this.#size += piece.length
      }
    }
    const taken = Buffer.allocUnsafeSlow(size)
    for (let filled = 0; filled < size; ) {
      const piece = this.#pieces[0] ?? Buffer.alloc(0)
      const part = piece.copy(taken, filled)
      filled += part
      if (part === piece.length) this.#pieces.shift()
      else this.#pieces[0] = piece.subarray(part)
    }
    this.#size -= size
    return taken
  }
}
