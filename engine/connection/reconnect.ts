import { type Duplex, Readable } from 'node:stream'
import type { Connection, ExecOptions, ExecResult } from './connection.ts'
import { isUnreachable } from './failures.ts'
import { whyNotRead } from './read-only.ts'

/**
 * A connection that outlives a broken one. A read that the break cut off is asked again, once, for reads may be
 * repeated: a read is what check mode's gate lets through. Anything else rejects with `unreachable`, for nobody knows
 * how far it came; the next command finds a new connection.
 */
export async function reconnecting(connect: () => Promise<Connection>): Promise<Connection> {
  return new ReconnectingConnection(connect, await connect())
}

class ReconnectingConnection implements Connection {
  readonly host: string
  readonly #connect: () => Promise<Connection>
  #current: Connection
  /** Under way, shared by all the commands that one break has cut off. */
  #renewal: Promise<Connection> | undefined
  #broken = false
  #closed = false
  #earlierRoundTrips = 0

  constructor(connect: () => Promise<Connection>, first: Connection) {
    this.host = first.host
    this.#connect = connect
    this.#current = first
  }

  get roundTrips(): number {
    return this.#earlierRoundTrips + this.#current.roundTrips
  }

  exec(command: string, options: ExecOptions): Promise<ExecResult> {
    return this.#whole(
      connection => connection.exec(command, options),
      () => !options.signal?.aborted && mayRepeat(command, options),
    )
  }

  /** A stream is its user's to open again; what is sure is that it never hangs on a connection known to be broken. */
  forward(address: string, port: number): Promise<Duplex> {
    return this.#whole(
      connection => connection.forward(address, port),
      () => true,
    )
  }

  /** On a connection that is not known to be broken; once more on a new one where it broke meanwhile. */
  async #whole<T>(use: (connection: Connection) => Promise<T>, again: () => boolean): Promise<T> {
    const connection = this.#broken && !this.#closed ? await this.#renew() : this.#current
    try {
      return await use(connection)
    } catch (error) {
      if (!isUnreachable(error)) throw error
      if (connection === this.#current) this.#broken = true
      // What a close has cut off is no break: a connection that is made now would be closed by nobody.
      if (this.#closed || !again()) throw error
      return use(await this.#renew())
    }
  }

  #renew(): Promise<Connection> {
    if (!this.#broken) return Promise.resolve(this.#current)
    this.#renewal ??= this.#replace().finally(() => {
      this.#renewal = undefined
    })
    return this.#renewal
  }

  async #replace(): Promise<Connection> {
    const [next] = await Promise.all([this.#connect(), this.#current.close()])
    this.#earlierRoundTrips += this.#current.roundTrips
    this.#current = next
    this.#broken = false
    return next
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#renewal?.catch(() => undefined)
    await this.#current.close()
  }
}

/** A stream has been read by the time that its command is lost. */
const mayRepeat = (command: string, { stdin }: ExecOptions): boolean =>
  !(stdin instanceof Readable) && whyNotRead(command, stdin) === undefined
