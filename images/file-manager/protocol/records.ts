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

  /** `read` gives the next pieces; undefined at the end. */
  constructor(read: () => Promise<readonly Buffer[] | undefined>) {
    this.#read = read
  }

  /**
   * The next one, with its content in what `room` gives for so many bytes. Throws `bad-message` for what is no record.
   */
  async next(room: (size: number) => Buffer): Promise<{ readonly head: RecordHead; readonly content: Buffer }> {
    const length = (await this.#take(Buffer.allocUnsafe(lengthSize))).readUInt32BE()
    if (length > longestHead)
      throw new FileManagerError('bad-message', `received a record that begins with ${length} bytes`)
    const head = parse(recordHead, await this.#take(Buffer.allocUnsafe(length)), 'record')
    return { head, content: await this.#take(room('size' in head ? head.size : 0)) }
  }

  /** Throws `bad-message` unless this was all. */
  async end(): Promise<void> {
    if (this.#size > 0 || (await this.#read()) !== undefined)
      throw new FileManagerError('bad-message', 'received more records than were asked for')
  }

  async #take(into: Buffer): Promise<Buffer> {
    while (this.#size < into.length) {
      const more = await this.#read()
      if (more === undefined) throw new FileManagerError('bad-message', 'received fewer records than were asked for')
      for (const piece of more) {
        this.#pieces.push(piece)
        this.#size += piece.length
      }
    }
    for (let filled = 0; filled < into.length; ) {
      const piece = this.#pieces[0] ?? Buffer.alloc(0)
      const part = piece.copy(into, filled)
      filled += part
      if (part === piece.length) this.#pieces.shift()
      else this.#pieces[0] = piece.subarray(part)
    }
    this.#size -= into.length
    return into
  }
}
