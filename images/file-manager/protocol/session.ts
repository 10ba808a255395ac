import type { Call } from './call.ts'
import { Calls } from './calls.ts'
import { Connection } from './connection.ts'
import { type Address, dial } from './dial.ts'
import { FileManagerError } from './errors.ts'
import { flow, times, versions } from './limits.ts'
import type { Hello, RequestOf, RequestType, ResponseOf, Welcome } from './messages.ts'

export interface ConnectOptions extends Address {
  /** PEM of the lab's authority; undefined only where plain text was asked for. */
  readonly authority: string | undefined
  readonly hello: Omit<Hello, 'versions'>
}

/** What is asked and answered without a stream. */
export type PlainRequest = Exclude<RequestType, 'upload' | 'download' | 'pack' | 'fetch'>

/**
 * A greeted connection to a broker or server. Any number of requests may be begun at once: those beyond what the other
 * side allows wait for their turn. Every failure is a `FileManagerError`; `lost` when the connection ends under it.
 */
export interface Session {
  readonly welcome: Welcome
  /** False once the other has said goodbye or the connection has ended: new requests need a new session. */
  readonly usable: boolean
  /** Settles with why the connection ended; `cancelled` after `close`. */
  readonly closed: Promise<FileManagerError>
  request<T extends PlainRequest>(request: RequestOf<T> & { type: T }, options?: Options): Promise<ResponseOf<T>>
  /** Data may be sent at once; the server's refusal comes out of the next call. */
  openUpload(request: RequestOf<'upload'>, options?: Options): Promise<Upload>
  /** Settles when the server has said what it will send. */
  openDownload(request: RequestOf<'download'>, options?: Options): Promise<Download>
  /** `content` is that of all the files, one after the other. Settles when what has not failed is durable. */
  pack(request: RequestOf<'pack'>, content: Uint8Array, options?: Options): Promise<ResponseOf<'pack'>>
  /** Records of all the files asked for, in pieces, as they arrive. */
  fetch(request: RequestOf<'fetch'>, options?: Options): Promise<Pick<Download, 'read' | 'cancel'>>
  /** Requests under way end with `cancelled`. */
  close(): Promise<void>
}

export interface Options {
  readonly signal?: AbortSignal
}

export interface Upload {
  /** How many bytes may be sent now, at most `wanted`. See `Outgoing`. */
  leave(wanted: number): Promise<number>
  /** The same without waiting: 0 where that would be needed. */
  leaveNow(wanted: number): number
  /** Sends one frame whose first ten bytes are left free, within the leave given. */
  send(framed: Buffer): Promise<void>
  /** For content that is in memory. */
  write(content: Uint8Array): Promise<void>
  /** Says what was sent; settles when the file stands whole and durable under its name. */
  finish(sha256: string): Promise<ResponseOf<'upload'>>
  /** Nothing of it becomes visible, what has arrived stays for a later attempt. Does nothing after the end. */
  cancel(): void
}

export interface Download extends ResponseOf<'download'> {
  /** What has arrived, in pieces; undefined at the end, when `sha256` is there. What was read before is dealt with. */
  read(): Promise<Buffer[] | undefined>
  /** Of the whole file, as the server has sent and hashed it. */
  readonly sha256: string | undefined
  cancel(): void
}

/** Dials and greets. Throws `unreachable`, `not-trusted`, `unauthorized`, `version`, `busy`, `not-ready`. */
export async function connect(options: ConnectOptions): Promise<Session> {
  const socket = await dial(options, options.authority)
  const calls = new Calls()
  const connection = new Connection(socket, calls)
  connection.send('hello', 0, { versions: [...versions], ...options.hello })
  const welcome = await calls.begin(connection, times.firstFrame)
  return new OpenSession(connection, calls, welcome)
}

class OpenSession implements Session {
  readonly welcome: Welcome
  readonly closed: Promise<FileManagerError>
  readonly #connection: Connection
  readonly #calls: Calls

  constructor(connection: Connection, calls: Calls, welcome: Welcome) {
    this.#connection = connection
    this.#calls = calls
    this.welcome = welcome
    this.closed = calls.closed
  }

  get usable(): boolean {
    return this.#connection.why === undefined && !this.#calls.leaving
  }

  async request<T extends PlainRequest>(request: RequestOf<T> & { type: T }, options: Options = {}) {
    const call = await this.#calls.open(request, options.signal)
    return (await call.answer) as ResponseOf<T>
  }

  async openUpload(request: RequestOf<'upload'>, options: Options = {}): Promise<Upload> {
    const call = await this.#calls.open(request, options.signal)
    return {
      leave: wanted => call.outgoing.leave(wanted),
      leaveNow: wanted => call.outgoing.leaveNow(wanted),
      send: framed => call.outgoing.send(framed),
      write: content => call.outgoing.write(content),
      finish: sha256 => {
        call.end(sha256)
        return call.answer as Promise<ResponseOf<'upload'>>
      },
      cancel: () => call.cancel(),
    }
  }

  async openDownload(request: RequestOf<'download'>, options: Options = {}): Promise<Download> {
    const call = await this.#calls.open(request, options.signal)
    const { size, modified, offset } = (await call.answer) as ResponseOf<'download'>
    // A small file has been granted by now, and a window for each of many would be memory for nothing.
    if (size - offset > flow.initialWindow) call.incoming.widen()
    return {
      size,
      modified,
      offset,
      read: () => readOn(call),
      get sha256() {
        return call.incoming.sha256
      },
      cancel: () => call.cancel(),
    }
  }

  async pack(request: RequestOf<'pack'>, content: Uint8Array, options: Options = {}) {
    const call = await this.#calls.open(request, options.signal)
    // The answer comes when all has been heard, or before, with why that is not needed.
    call.outgoing.write(content).catch(() => undefined)
    return (await call.answer) as ResponseOf<'pack'>
  }

  async fetch(request: RequestOf<'fetch'>, options: Options = {}) {
    const call = await this.#calls.open(request, options.signal)
    call.incoming.widen()
    return { read: () => readOn(call), cancel: () => call.cancel() }
  }

  async close(): Promise<void> {
    this.#connection.close(new FileManagerError('cancelled', 'the session was closed'))
    await this.closed
  }
}

/** The next pieces; those before are dealt with. */
function readOn({ incoming }: Call): Promise<Buffer[] | undefined> {
  incoming.done(Number.POSITIVE_INFINITY)
  return incoming.read()
}
