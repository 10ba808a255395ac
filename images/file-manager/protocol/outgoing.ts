import type { Connection } from './connection.ts'
import { FileManagerError } from './errors.ts'
import { headerSize } from './frames.ts'
import { flow, frameLimits } from './limits.ts'
import { Pace } from './pace.ts'

/** Less than this is not worth a frame, unless it is the rest. */
const leastFrame = 32 * 1024
/** No receiver has a use for more, and a number that grows for ever is a way to break the count. */
const mostCredit = 2 ** 40

/** What leaves on one stream: no more than the receiver has granted, and no more than the socket can take. */
export class Outgoing {
  readonly pace = new Pace()
  readonly #connection: Connection
  readonly #id: number
  #credit: number = flow.initialWindow
  /** What there is leave for and was not sent yet. */
  #reserved = 0
  #failure: FileManagerError | undefined
  #wake: (() => void) | undefined

  constructor(connection: Connection, id: number) {
    this.#connection = connection
    this.#id = id
  }

  /**
   * How many bytes, of `wanted`, are to be sent in the next frame: at least 1, at most a frame's content. They are taken
   * from what was granted and from the room in the socket's queue, so whoever has leave sends. Rejects with why it never
   * comes.
   */
  async leave(wanted: number): Promise<number> {
    for (;;) {
      this.#throwIfFailed()
      const size = this.leaveNow(wanted)
      if (size > 0) return size
      await this.pace.waitFor(this.#credit < Math.min(wanted, leastFrame) ? this.#more() : this.#connection.room())
    }
  }

  /** The same without waiting: 0 where that would be needed. */
  leaveNow(wanted: number): number {
    if (this.#failure !== undefined || this.#credit < Math.min(wanted, leastFrame) || !this.#connection.hasRoom)
      return 0
    const size = Math.min(wanted, this.#credit, frameLimits.data)
    this.#credit -= size
    this.#reserved += size
    this.#connection.reserve(size)
    return size
  }

  /**
   * Sends `framed`, whose first ten bytes are free for the header, within the leave that was given. The buffer may be
   * used again when the promise is settled.
   */
  send(framed: Buffer): Promise<void> {
    const size = framed.length - headerSize
    this.#throwIfFailed()
    if (size > this.#reserved) throw new FileManagerError('internal', 'more is sent than there was leave for')
    this.#reserved -= size
    this.pace.moved(size)
    return this.#connection.sendData(this.#id, framed)
  }

  /** Sends `content` as it is, in as many frames as it takes. It may be changed when the promise is settled. */
  async write(content: Uint8Array): Promise<void> {
    for (let at = 0; at < content.length; ) {
      const size = await this.leave(content.length - at)
      const framed = Buffer.allocUnsafe(headerSize + size)
      framed.set(content.subarray(at, at + size), headerSize)
      void this.send(framed)
      at += size
    }
  }

  grant(bytes: number): void {
    this.#credit += bytes
    if (this.#credit > mostCredit) throw new FileManagerError('bad-frame', 'was granted more than anybody needs')
    this.#wake?.()
  }

  fail(why: FileManagerError): void {
    this.#failure ??= why
    this.#connection.reserve(-this.#reserved)
    this.#reserved = 0
    this.#wake?.()
  }

  #more(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = resolve
    })
  }

  #throwIfFailed(): void {
    const why = this.#failure ?? this.#connection.why
    if (why !== undefined) throw why
  }
}
