import type { Socket } from 'node:net'
import { Connection, type Receiver } from './connection.ts'
import { asFileManagerError, FileManagerError } from './errors.ts'
import { type AnyExchange, Exchange } from './exchange.ts'
import type { ControlKind } from './frames.ts'
import { times, versions } from './limits.ts'
import { anyRequest, end, type Hello, hello, parse, type Welcome } from './messages.ts'
import { peerOf } from './peer.ts'

/** What the answering side does with those who come. */
export interface Host {
  readonly role: Welcome['role']
  readonly name: string
  /** Requests that one connection may have open. */
  readonly requests: number
  /** The same of packs and fetches, where there are such things; asked once a guest. */
  packs(): number | undefined
  /** Throws what a guest is refused with: `unauthorized`, `busy`, `not-ready`. Called once a guest. */
  admit(guest: Guest): void
  /** Answers one request; what it throws is what the guest is told. */
  answer(exchange: AnyExchange, guest: Guest): Promise<void>
  /** Told of every change of the bytes that wait here for a disk. */
  held(change: number): void
  left(guest: Guest): void
  /** What we did not foresee. */
  report(error: FileManagerError, guest: Guest): void
}

/** One connection that was accepted, from its hello to its end. */
export class Guest implements Receiver {
  readonly address: string
  readonly peer: string
  readonly connection: Connection
  readonly since = performance.now()
  #hello: Hello | undefined
  /** What both sides know, the best of it. */
  #version: number = versions[versions.length - 1] ?? 1
  #packs: number | undefined
  readonly #host: Host
  readonly #open = new Map<number, AnyExchange>()
  #lastId = 0
  #leaving = false

  constructor(socket: Socket, host: Host) {
    this.#host = host
    this.address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
    this.peer = peerOf(socket)
    this.connection = new Connection(socket, this)
  }

  /** What it said of itself; undefined until it was let in. */
  get hello(): Hello | undefined {
    return this.#hello
  }

  /** How many packs and fetches it may have open. */
  get packs(): number {
    return this.#packs ?? 0
  }

  get busy(): boolean {
    return this.#open.size > 0
  }

  control(kind: ControlKind, id: number, payload: Buffer): void {
    const exchange = this.#open.get(id)
    if (this.#hello === undefined) this.#greet(kind, id, payload)
    else if (kind === 'ping') this.connection.send('pong', 0)
    else if (kind === 'request') this.#begin(id, payload)
    else if (exchange === undefined) this.#stray(kind, id)
    else if (kind === 'cancel') exchange.cancel(new FileManagerError('cancelled', 'the client has cancelled'))
    else if (kind === 'credit') exchange.outgoing.grant(payload.readUInt32BE(0))
    else if (kind === 'end' && exchange.type === 'upload') exchange.incoming.finish(parse(end, payload, 'end').sha256)
    else throw unexpected(kind)
  }

  data(id: number, piece: Buffer): void {
    const exchange = this.#open.get(id)
    if (exchange === undefined) this.#stray('data', id)
    else if (exchange.type === 'upload' || exchange.type === 'pack') exchange.incoming.push(piece)
    else throw unexpected('data')
  }

  end(why: FileManagerError): void {
    for (const exchange of this.#open.values()) exchange.cancel(why)
    this.#host.left(this)
  }

  /** No new requests; those under way are finished, then the connection is closed. */
  leave(): void {
    this.#leaving = true
    this.connection.send('goodbye', 0)
    if (!this.busy) this.connection.close(leaving())
  }

  /** To be called every few seconds: ends what has gone on for too long. */
  watch(now = performance.now()): void {
    if (this.#hello === undefined) {
      if (now - this.since > times.firstFrame) this.#refuse('idle', `no hello within ${times.firstFrame / 1000} s`)
      return
    }
    if (!this.busy && now - this.connection.frameAt > times.idle)
      this.#refuse('idle', `nothing was asked for ${times.idle / 1000} s`)
    const slow = [...this.#open.values()].some(exchange => exchange.tooSlow())
    const stuck = this.connection.midFrame && now - this.connection.frameAt > times.rateWindow
    if (slow || stuck) this.#refuse('slow', `under ${times.leastRate} bytes a second`)
  }

  #greet(kind: ControlKind, id: number, payload: Buffer): void {
    if (kind !== 'hello' || id !== 0) throw unexpected(kind)
    const said = parse(hello, payload, 'hello')
    const version = versions.find(each => said.versions.includes(each))
    if (version === undefined)
      throw new FileManagerError('version', `only the versions ${[...versions].sort().join(' and ')} are spoken here`)
    this.#version = version
    this.#hello = said
    try {
      this.#host.admit(this)
    } catch (error) {
      this.#hello = undefined
      throw asFileManagerError(error)
    }
    const { role, name, requests } = this.#host
    this.connection.greeted()
    this.#packs = version > 1 ? this.#host.packs() : undefined
    const packs = this.#packs === undefined ? {} : { packs: this.#packs }
    this.connection.send('welcome', 0, { version, role, name, requests, ...packs } satisfies Welcome)
    // Who has shown no token has had his answer, and stays a stranger.
    if (said.role === 'health')
      this.connection.close(new FileManagerError('unauthorized', 'health was all it asked for'))
  }

  #begin(id: number, payload: Buffer): void {
    if (id <= this.#lastId) throw new FileManagerError('bad-frame', 'received a request whose id is not a new one')
    this.#lastId = id
    const request = parse(anyRequest, payload, 'request')
    if (this.#version < 2 && (request.type === 'pack' || request.type === 'fetch'))
      throw new FileManagerError('bad-message', `version ${this.#version} has no ${request.type}`)
    const exchange = new Exchange(this.connection, id, request, change => this.#host.held(change)) as AnyExchange
    if (this.#leaving) {
      exchange.refuse(leaving())
      return
    }
    if (this.#tooMany()) throw new FileManagerError('busy', `more than ${this.#host.requests} requests at once`)
    this.#open.set(id, exchange)
    void this.#answer(id, exchange)
  }

  /** One that the peer knows has ended may still be put away here; but those cannot pile up either. */
  #tooMany(): boolean {
    const { requests } = this.#host
    if (this.#open.size < requests) return false
    const held = [...this.#open.values()].filter(exchange => !exchange.over).length
    return held >= requests || this.#open.size >= 4 * requests
  }

  async #answer(id: number, exchange: AnyExchange): Promise<void> {
    try {
      await this.#host.answer(exchange, this)
    } catch (thrown) {
      const error = asFileManagerError(thrown)
      if (error.errorCode === 'internal') this.#host.report(error, this)
      exchange.refuse(error)
    } finally {
      this.#open.delete(id)
      exchange.cancel(new FileManagerError('cancelled', 'the request is over'))
      if (this.#leaving && !this.busy) this.connection.close(leaving())
    }
  }

  /** What was sent before our answer arrived there is passed over; anything else is a mistake. */
  #stray(kind: ControlKind | 'data', id: number): void {
    const late = id > 0 && id <= this.#lastId
    if (!late || !['data', 'end', 'cancel', 'credit'].includes(kind)) throw unexpected(kind)
  }

  #refuse(errorCode: 'idle' | 'slow', message: string): void {
    this.connection.refuse(new FileManagerError(errorCode, message))
  }
}

const leaving = (): FileManagerError => new FileManagerError('shutting-down', 'this server is being stopped')

const unexpected = (kind: string): FileManagerError =>
  new FileManagerError('bad-frame', `received a ${kind} that has no place here`)
