import type { Socket } from 'node:net'
import { FileManagerError } from './errors.ts'
import { type ControlKind, controlFrame, creditFrame, FrameReader, headerSize, writeHeader } from './frames.ts'
import { flow } from './limits.ts'

export interface Receiver {
  /** May throw a `FileManagerError`, which ends the connection. */
  control(kind: ControlKind, id: number, payload: Buffer): void
  data(id: number, piece: Buffer): void
  /** Once, whatever the reason. Nothing is received after it. */
  end(why: FileManagerError): void
}

/** How long a peer has to take what we still say to it before it is cut off. */
const farewell = 2_000

/** Frames over a socket, in both directions, the same at both ends. Never throws for what a peer does: it closes. */
export class Connection {
  readonly #socket: Socket
  readonly #receiver: Receiver
  readonly #reader: FrameReader
  /** `performance.now()` of when it was last clear that the other is there. */
  heardAt = performance.now()
  /** The same, of the last frame that ended. */
  frameAt = performance.now()
  #why: FileManagerError | undefined
  #over = false
  #corked = false
  #held = false
  /** Bytes of data frames that are about to be sent or that the socket has not taken yet, and who waits for them to become fewer. */
  #unsent = 0
  #waiting: (() => void)[] = []

  constructor(socket: Socket, receiver: Receiver) {
    this.#socket = socket
    this.#receiver = receiver
    this.#reader = new FrameReader({
      control: (kind, id, payload) => this.#whole(() => receiver.control(kind, id, payload)),
      data: (id, piece) => this.#whole(() => receiver.data(id, piece)),
    })
    socket.setNoDelay(true)
    socket.on('data', chunk => this.#receive(chunk))
    socket.on('drain', () => this.#listen())
    socket.on('end', () => this.close(lost('the other side has closed the connection')))
    socket.on('error', error => this.close(lost(`the connection broke: ${error.message}`)))
    socket.on('close', () => {
      this.#finish(lost('the connection was closed'))
    })
  }

  /** Why it is closing or closed; undefined while it is neither. */
  get why(): FileManagerError | undefined {
    return this.#why
  }

  get midFrame(): boolean {
    return this.#reader.midFrame
  }

  /** From now on frames may have their full size. */
  greeted(): void {
    this.#reader.greeted = true
  }

  send(kind: ControlKind, id: number, body?: unknown): void {
    if (this.#why === undefined) this.#write(controlFrame(kind, id, body))
  }

  grant(id: number, bytes: number): void {
    if (this.#why === undefined) this.#write(creditFrame(id, bytes))
  }

  /**
   * Sends a data frame for which room was reserved: `framed` has its first ten bytes free for the header. It is the
   * socket's until the promise is settled; it never rejects, for whoever sends learns of an end by his stream.
   */
  sendData(id: number, framed: Buffer): Promise<void> {
    const size = framed.length - headerSize
    if (this.#why !== undefined) return Promise.resolve()
    writeHeader(framed, 'data', id, size)
    return new Promise(resolve => {
      this.#write(framed, () => {
        this.reserve(-size)
        resolve()
      })
    })
  }

  /** Whether the socket's queue is short enough for another data frame, or the connection over. */
  get hasRoom(): boolean {
    return this.#why !== undefined || this.#unsent < flow.unsent
  }

  /** Room that will be used, or with less than 0 will not be. */
  reserve(bytes: number): void {
    this.#unsent += bytes
    if (bytes < 0) this.#wake()
  }

  /** Settles when there may be room: others who wait may be quicker. */
  room(): Promise<void> {
    return new Promise(resolve => this.#waiting.push(resolve))
  }

  get held(): boolean {
    return this.#held
  }

  /** Receives nothing for as long as this is true: what a program does that holds as much as it can. */
  set held(held: boolean) {
    this.#held = held
    if (held) this.#socket.pause()
    else this.#listen()
  }

  /** Tells the other why, as an error of the whole connection, and closes. */
  refuse(error: FileManagerError): void {
    this.send('error', 0, { code: error.errorCode, message: error.message })
    this.close(error)
  }

  /** What has been sent still goes out, within a limit; nothing more is received. */
  close(why: FileManagerError): void {
    if (this.#why !== undefined) return
    this.#uncork()
    this.#finish(why)
    this.#socket.removeAllListeners('data')
    this.#socket.resume()
    this.#socket.end()
    const limit = setTimeout(() => this.#socket.destroy(), farewell)
    this.#socket.once('close', () => clearTimeout(limit))
  }

  /** Closes and waits for nobody. */
  destroy(why: FileManagerError): void {
    this.#finish(why)
    this.#socket.destroy()
  }

  #finish(why: FileManagerError): void {
    this.#why ??= why
    if (this.#over) return
    this.#over = true
    this.#wake()
    this.#receiver.end(this.#why)
  }

  /** Whoever does not take our answers is not asked for more questions. */
  #listen(): void {
    if (this.#why === undefined && !this.#held && this.#socket.writableLength <= flow.deaf) this.#socket.resume()
  }

  #receive(chunk: Buffer): void {
    this.heardAt = performance.now()
    try {
      this.#reader.push(chunk)
    } catch (error) {
      if (!(error instanceof FileManagerError)) throw error
      this.refuse(error)
    }
    if (this.#socket.writableLength > flow.deaf) this.#socket.pause()
  }

  /** What came with the frame that ended the connection is not received any more. */
  #whole(receive: () => void): void {
    this.frameAt = this.heardAt
    if (this.#why === undefined) receive()
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** All that is sent in one turn of the event loop travels as one. */
  #write(frame: Buffer, taken?: () => void): void {
    if (!this.#corked) {
      this.#corked = true
      this.#socket.cork()
      process.nextTick(() => this.#uncork())
    }
    this.#socket.write(frame, taken)
  }

  #uncork(): void {
    if (!this.#corked) return
    this.#corked = false
    this.#socket.uncork()
  }
}

const lost = (message: string): FileManagerError => new FileManagerError('lost', message)
