import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from 'node:http2'
import type { Duplex } from 'node:stream'
import { connect as secure } from 'node:tls'
import { within } from '../../engine/connection/within.ts'

/** Where the API listens and how both sides prove who they are. */
export interface Endpoint {
  readonly host: string
  readonly port: number
  /** Name that the server's certificate must hold, whatever address it is reached at. */
  readonly serverName: string
  /** PEM. */
  readonly ca: string
  readonly cert: string
  readonly key: string
}

export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** With its query. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutSeconds: number
}

export interface WireResponse {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Opens a stream to the endpoint where this machine cannot reach it itself. */
export type Tunnel = () => Promise<Duplex>

/**
 * One HTTP/2 connection to the API, opened when first needed and again after it broke. Requests are multiplexed on it:
 * reads that start together are under way together and cost one round trip, which is how they are counted.
 */
export class Wire {
  readonly endpoint: Endpoint
  roundTrips = 0
  #session: ClientHttp2Session | undefined
  #opening: Promise<ClientHttp2Session> | undefined
  #underWay = 0
  #closed = false
  readonly #tunnel: Tunnel | undefined

  constructor(endpoint: Endpoint, tunnel?: Tunnel) {
    this.endpoint = endpoint
    this.#tunnel = tunnel
  }

  /** Rejects when no whole answer was had within the limit; any status is an answer. */
  send(request: WireRequest): Promise<WireResponse> {
    if (this.#underWay++ === 0) this.roundTrips++
    return this.#exchange(request).finally(() => this.#underWay--)
  }

  async #exchange(request: WireRequest): Promise<WireResponse> {
    const session = this.#standing() ?? (this.#tunnel ? await this.#tunnelled(this.#tunnel, request) : this.#open())
    return this.#exchangeOn(session, request)
  }

  #exchangeOn(
    session: ClientHttp2Session,
    { method, path, headers, body, timeoutSeconds }: WireRequest,
  ): Promise<WireResponse> {
    return new Promise((resolve, reject) => {
      const stream = session.request(
        { ...headers, ':method': method, ':path': path },
        { endStream: body === undefined },
      )
      const timer = setTimeout(() => {
        reject(new Error(`no answer within ${timeoutSeconds} s`))
        // A peer that is gone without a word leaves the connection standing: the next request gets a new one.
        this.#drop(session)
      }, timeoutSeconds * 1000)
      const fail = (error: Error): void => {
        clearTimeout(timer)
        // A stream that died with its connection only says so; the connection's error is the reason.
        reject(error.cause instanceof Error ? error.cause : error)
      }
      session.once('error', fail)
      const chunks: Buffer[] = []
      let response: IncomingHttpHeaders = {}
      stream.on('response', received => {
        response = received
      })
      let ended = false
      stream.on('data', chunk => chunks.push(chunk))
      stream.on('end', () => {
        // One that goes down with its connection is ended too, with what it has: only a living one is ended by its server.
        ended = !stream.destroyed
      })
      stream.on('error', fail)
      stream.on('close', () => {
        session.off('error', fail)
        const status = Number(response[constants.HTTP2_HEADER_STATUS])
        if (!ended || stream.rstCode !== constants.NGHTTP2_NO_ERROR || !status)
          return fail(new Error('the connection was cut'))
        clearTimeout(timer)
        resolve({ status, headers: response, body: Buffer.concat(chunks).toString('utf8') })
      })
      if (body !== undefined) stream.end(body)
    })
  }

  #standing(): ClientHttp2Session | undefined {
    return this.#session && !this.#session.closed && !this.#session.destroyed ? this.#session : undefined
  }

  /** All requests that wait for the tunnel wait for the same one. */
  #tunnelled(tunnel: Tunnel, { timeoutSeconds }: WireRequest): Promise<ClientHttp2Session> {
    this.#opening ??= within(timeoutSeconds, tunnel())
      .then(stream => {
        if (!this.#closed) return this.#open(stream)
        stream.destroy()
        throw new Error('it was closed by us')
      })
      .finally(() => {
        this.#opening = undefined
      })
    return this.#opening
  }

  #open(stream?: Duplex): ClientHttp2Session {
    const { host, port, serverName, ca, cert, key } = this.endpoint
    const authority = `https://${host.includes(':') ? `[${host}]` : host}:${port}`
    const proof = { ca, cert, key, servername: serverName }
    const session = connect(authority, {
      ...proof,
      ...(stream ? { createConnection: () => secure({ ...proof, socket: stream, ALPNProtocols: ['h2'] }) } : {}),
    })
    session.setMaxListeners(0) // one for each request under way
    session.on('error', () => this.#drop(session))
    session.on('goaway', () => this.#drop(session, false))
    session.on('close', () => stream?.destroy())
    this.#session = session
    return session
  }

  /** Lets no further request use the session; unless `now` is false, those under way are given up. */
  #drop(session: ClientHttp2Session, now = true): void {
    if (this.#session === session) this.#session = undefined
    if (now) session.destroy()
    else session.close()
  }

  close(): void {
    this.#closed = true
    if (this.#session) this.#drop(this.#session)
  }
}
