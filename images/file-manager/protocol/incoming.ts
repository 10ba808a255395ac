import type { Connection } from './connection.ts'
import { FileManagerError } from './errors.ts'
import { flow } from './limits.ts'
import { Pace } from './pace.ts'

/** What arrives on one stream: no more than was granted, so that a slow reader costs a window of memory. */
export class Incoming {
  readonly pace = new Pace()
  /** Of the whole content, once it has ended; where there is such a sum. */
  sha256: string | undefined
  #ended = false
  readonly #connection: Connection
  readonly #id: number
  readonly #held: (change: number) => void
  #pieces: Buffer[] = []
  #size = 0
  /** What the sender may still send, and what has been dealt with and not been granted again. */
  #credit: number = flow.initialWindow
  #owed = 0
  /** What was read and has not been dealt with. */
  #lent = 0
  #window: number = flow.initialWindow
  #failure: FileManagerError | undefined
  #wake: (() => void) | undefined

  /** `held` is told of every change of the number of bytes that wait or are being dealt with here. */
  constructor(connection: Connection, id: number, held: (change: number) => void = () => undefined) {
    this.#connection = connection
    this.#id = id
    this.#held = held
  }

  /** Lets the sender run further ahead. */
  widen(): void {
    if (this.#window >= flow.window) return
    this.#owed += flow.window - this.#window
    this.#window = flow.window
    this.#grant()
  }

  /**
   * All that has arrived, as soon as that is anything; undefined at the end. Whoever has dealt with it says so by `done`,
   * or no more will come than a window. Rejects with why there is no end. For one caller at a time.
   */
  async read(): Promise<Buffer[] | undefined> {
    if (this.#size === 0 && this.#failure === undefined && !this.#ended)
      await this.pace.waitFor(
        new Promise<void>(resolve => {
          this.#wake = resolve
        }),
      )
    if (this.#failure !== undefined) throw this.#failure
    if (this.#size === 0) return undefined
    const pieces = this.#pieces
    this.#lent += this.#size
    this.#pieces = []
    this.#size = 0
    return pieces
  }

  /** So many bytes of what was read are dealt with, and may be sent anew. */
  done(bytes: number): void {
    const returned = Math.min(bytes, this.#lent)
    this.#lent -= returned
    this.#held(-returned)
    this.#owed += returned
    this.#grant()
  }

  /** Throws `bad-frame` when the sender goes beyond what was granted. */
  push(piece: Buffer): void {
    if (this.#failure !== undefined) return
    this.#credit -= piece.length
    if (this.#credit < 0) throw new FileManagerError('bad-frame', 'received more data than were asked for')
    if (this.#ended) throw new FileManagerError('bad-frame', 'received data after their end')
    this.#pieces.push(piece)
    this.#size += piece.length
    this.#held(piece.length)
    this.pace.moved(piece.length)
    this.#wake?.()
  }

  finish(sha256?: string): void {
    this.#ended = true
    this.sha256 ??= sha256
    this.#wake?.()
  }

  /** Drops what nobody has read. */
  fail(why: FileManagerError): void {
    this.#failure ??= why
    this.#held(-this.#size - this.#lent)
    this.#pieces = []
    this.#size = 0
    this.#lent = 0
    this.#wake?.()
  }

  /** In quarters of a window, so that a small file costs next to no frames and a large one few. */
  #grant(): void {
    if (this.#owed < this.#window / 4 || this.#ended || this.#failure !== undefined) return
    this.#connection.grant(this.#id, this.#owed)
    this.#credit += this.#owed
    this.#owed = 0
  }
}
