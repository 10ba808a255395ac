import { createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { makeAuthority, makeServer } from '../../../engine/pki/x509.ts'
import type { Endpoint } from '../wire.ts'

/** What an API server is asked, and what it answers. */
export interface Exchange {
  readonly asked: string
  readonly status?: number
  readonly body?: unknown
  /** Does something else than answer. */
  readonly instead?: (stream: ServerHttp2Stream) => void
}

const authority = await makeAuthority('test', 1)
const identity = await makeServer(authority, ['kubernetes'], 1)

/** The body of an answer that is no. */
export const refusal = (code: number, reason: string, message = 'no') => {
  return { kind: 'Status', status: 'Failure', reason, code, message }
}

/** An API server over real TLS that knows what it will be asked. It cuts off what it does not expect, and remembers it. */
export class ScriptedServer {
  /** Still to be asked; of those that ask the same, the first comes first. */
  readonly script: Exchange[] = []
  readonly unexpected: string[] = []
  readonly #server: Http2SecureServer

  private constructor() {
    this.#server = createSecureServer({ cert: identity.certificate, key: identity.key })
    this.#server.on('stream', (stream, headers) => this.#answer(stream, `${headers[':method']} ${headers[':path']}`))
  }

  static async start(): Promise<ScriptedServer> {
    const server = new ScriptedServer()
    await new Promise<void>(resolve => server.#server.listen(0, '127.0.0.1', resolve))
    return server
  }

  /** How to reach it, trusting an authority: its own, unless told otherwise. */
  endpoint(ca = authority.certificate): Endpoint {
    const { port } = this.#server.address() as AddressInfo
    const { certificate: cert, key } = identity
    return { host: '127.0.0.1', port, serverName: 'kubernetes', ca, cert, key }
  }

  async close(): Promise<void> {
    await new Promise(resolve => this.#server.close(resolve))
  }

  #answer(stream: ServerHttp2Stream, asked: string): void {
    const at = this.script.findIndex(exchange => exchange.asked === asked)
    if (at < 0) {
      this.unexpected.push(asked)
      stream.close()
      return
    }
    stream.on('error', () => undefined) // the server's side of what a test breaks on purpose
    const { status = 200, body = {}, instead } = this.script.splice(at, 1)[0] as Exchange
    if (instead) instead(stream)
    else {
      stream.respond({ ':status': status, 'content-type': 'application/json' })
      stream.end(JSON.stringify(body))
    }
  }
}
