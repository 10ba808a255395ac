import * as https from 'node:https'
import type { Duplex } from 'node:stream'
import { type ConnectionOptions, connect } from 'node:tls'

/** Opens a stream to a server that this machine does not reach itself. */
export type Tunnel = () => Promise<Duplex>

type Opened = (error: Error | null, stream?: Duplex) => void

/** Connections of HTTPS, through a tunnel where there is one. Who answers proves itself all the same. */
export class TunnelAgent extends https.Agent {
  readonly #tunnel: Tunnel | undefined

  constructor(options: https.AgentOptions, tunnel?: Tunnel) {
    super(options)
    this.#tunnel = tunnel
  }

  override createConnection(options: ConnectionOptions, opened: Opened): Duplex | null | undefined {
    if (!this.#tunnel) return super.createConnection(options, opened)
    this.#tunnel().then(
      stream => opened(null, connect({ ...options, socket: stream })),
      error => opened(error),
    )
    return undefined
  }
}
