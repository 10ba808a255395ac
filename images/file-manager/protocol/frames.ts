import { FileManagerError } from './errors.ts'
import { frameLimits, protocolVersion } from './limits.ts'

/** length (4, of what follows it), version (1), kind (1), id (4); all big endian. */
export const headerSize = 10

export const kinds = {
  hello: 1,
  welcome: 2,
  request: 3,
  response: 4,
  error: 5,
  data: 6,
  end: 7,
  credit: 8,
  cancel: 9,
  ping: 10,
  pong: 11,
  goodbye: 12,
} as const

export type Kind = keyof typeof kinds
export type ControlKind = Exclude<Kind, 'data'>

const names = new Map<number, Kind>(Object.entries(kinds).map(([name, number]) => [number, name as Kind]))
/** Kinds that say everything by being there. */
const empty: ReadonlySet<Kind> = new Set(['cancel', 'ping', 'pong', 'goodbye'])

/** Writes the header into the first ten bytes of `into`, for a payload of `size` bytes. */
export function writeHeader(into: Buffer, kind: Kind, id: number, size: number): void {
  into.writeUInt32BE(headerSize - 4 + size, 0)
  into.writeUInt8(protocolVersion, 4)
  into.writeUInt8(kinds[kind], 5)
  into.writeUInt32BE(id, 6)
}

/** A control frame; `body` travels as JSON. */
export function controlFrame(kind: ControlKind, id: number, body?: unknown): Buffer {
  const text = body === undefined ? '' : JSON.stringify(body)
  const size = Buffer.byteLength(text)
  if (size > frameLimits.control) throw new FileManagerError('internal', `a ${kind} of ${size} bytes fits no frame`)
  const frame = Buffer.allocUnsafe(headerSize + size)
  writeHeader(frame, kind, id, size)
  frame.write(text, headerSize)
  return frame
}

export function creditFrame(id: number, bytes: number): Buffer {
  const frame = Buffer.allocUnsafe(headerSize + 4)
  writeHeader(frame, 'credit', id, 4)
  frame.writeUInt32BE(bytes, headerSize)
  return frame
}

export interface FrameSink {
  control(kind: ControlKind, id: number, payload: Buffer): void
  /** A piece of a data frame, as it came: a frame of 256 KiB is never put together in memory. */
  data(id: number, piece: Buffer): void
}

/** Cuts a stream of bytes into frames, wherever the bytes were split. Throws `bad-frame`, after which it is of no use. */
export class FrameReader {
  /** Raised once the greeting is done. */
  greeted = false
  readonly #sink: FrameSink
  readonly #header = Buffer.alloc(headerSize)
  #have = 0
  #kind: Kind = 'ping'
  #id = 0
  /** Bytes of the payload still to come. */
  #left = 0
  /** Of a control frame that arrives in parts. */
  #payload: Buffer | undefined
  #filled = 0

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  /** Whether a frame has begun and not ended. */
  get midFrame(): boolean {
    return this.#have > 0
  }

  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#have < headerSize) {
        const part = Math.min(headerSize - this.#have, chunk.length - at)
        chunk.copy(this.#header, this.#have, at, at + part)
        this.#have += part
        at += part
        if (this.#have === headerSize) this.#begin()
      } else {
        const part = Math.min(this.#left, chunk.length - at)
        this.#take(chunk.subarray(at, at + part))
        at += part
      }
    }
  }

  #begin(): void {
    const size = this.#header.readUInt32BE(0) - (headerSize - 4)
    const version = this.#header.readUInt8(4)
    const kind = names.get(this.#header.readUInt8(5))
    if (version !== protocolVersion) throw new FileManagerError('version', `a frame of version ${version}`)
    if (kind === undefined) throw bad(`a frame of the unknown kind ${this.#header.readUInt8(5)}`)
    checkSize(kind, size, this.greeted)
    this.#kind = kind
    this.#id = this.#header.readUInt32BE(6)
    this.#left = size
    if (size === 0) this.#done(Buffer.alloc(0))
  }

  #take(piece: Buffer): void {
    this.#left -= piece.length
    if (this.#kind === 'data') {
      if (this.#left === 0) this.#have = 0
      this.#sink.data(this.#id, piece)
      return
    }
    if (this.#payload === undefined && this.#left === 0) {
      this.#done(piece)
      return
    }
    this.#payload ??= Buffer.allocUnsafe(piece.length + this.#left)
    this.#filled += piece.copy(this.#payload, this.#filled)
    if (this.#left === 0) this.#done(this.#payload)
  }

  #done(payload: Buffer): void {
    const kind = this.#kind
    this.#have = 0
    this.#payload = undefined
    this.#filled = 0
    if (kind !== 'data') this.#sink.control(kind, this.#id, payload)
  }
}

/** Before anything is allocated for it. */
function checkSize(kind: Kind, size: number, greeted: boolean): void {
  const most = !greeted ? frameLimits.greeting : kind === 'data' ? frameLimits.data : frameLimits.control
  if (size < 0 || size > most) throw bad(`a ${kind} frame of ${size} bytes`)
  if (empty.has(kind) && size > 0) throw bad(`a ${kind} frame with content`)
  if (kind === 'data' && size === 0) throw bad('a data frame without data')
  if (kind === 'credit' && size !== 4) throw bad('a credit frame of the wrong size')
}

const bad = (what: string): FileManagerError => new FileManagerError('bad-frame', `received ${what}`)
