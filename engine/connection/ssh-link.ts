import type { Duplex } from 'node:stream'
import type { Client, ClientChannel } from 'ssh2'
import { unreachable } from './failures.ts'

/** One logged-in ssh session. Knows whether it is lost, and makes everything that waits on it know. */
export class SshLink {
  readonly host: string
  readonly #client: Client
  readonly #socket: Duplex
  #lost: Error | undefined
  readonly #onLost = new Set<(error: Error) => void>()

  /** `client` is logged in by way of `socket`. */
  constructor(host: string, client: Client, socket: Duplex) {
    this.host = host
    this.#client = client
    this.#socket = socket
    client.on('error', error => this.#lose(error.message))
    client.on('close', () => this.#lose('the connection broke'))
  }

  /** The session is lost, or will be taken as lost for one command. */
  broken(cause: string): Error {
    return this.#lost ?? unreachable(this.host, cause)
  }

  #lose(cause: string): void {
    if (this.#lost) return
    this.#lost = unreachable(this.host, /keepalive/i.test(cause) ? 'it has stopped answering' : cause)
    for (const tell of this.#onLost) tell(this.#lost)
    this.#onLost.clear()
    this.#client.destroy()
  }

  /** Settles as `make` does, but rejects when the session is lost first. */
  untilLost<T>(make: (resolve: (value: T) => void, reject: (error: Error) => void) => void): Promise<T> {
    let forget = (): unknown => undefined
    const settled = new Promise<T>((resolve, reject) => {
      if (this.#lost) return reject(this.#lost)
      this.#onLost.add(reject)
      forget = () => this.#onLost.delete(reject)
      make(resolve, error => reject(this.#lost ?? error))
    })
    return settled.finally(() => forget())
  }

  /** `attach` gets the session before any of its events: status and output may come in the same packet. */
  open<T>(command: string, attach: (channel: ClientChannel) => T): Promise<T> {
    return this.untilLost((resolve, reject) =>
      this.#client.exec(command, (error, channel) => (error ? reject(error) : resolve(attach(channel)))),
    )
  }

  /** A stream to where the host can reach and we cannot. */
  forward(address: string, port: number): Promise<Duplex> {
    return this.untilLost((resolve, reject) =>
      this.#client.forwardOut('127.0.0.1', 0, address, port, (error, stream) =>
        error ? reject(error) : resolve(stream),
      ),
    )
  }

  /** Says goodbye, and waits until it has been sent: what the host then does to end a session is no longer ours. */
  async close(): Promise<void> {
    if (this.#lost) return
    const said = new Promise<unknown>(resolve => this.#socket.once('finish', resolve).once('close', resolve))
    this.#lost = unreachable(this.host, 'its connection was closed by us')
    for (const tell of this.#onLost) tell(this.#lost)
    this.#client.end()
    const timer = setTimeout(() => this.#socket.destroy(), 1000)
    await said
    clearTimeout(timer)
    this.#socket.destroy()
  }
}
