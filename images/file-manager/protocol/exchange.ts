import type { Connection } from './connection.ts'
import type { FileManagerError } from './errors.ts'
import { Incoming } from './incoming.ts'
import type { RequestOf, RequestType, ResponseOf } from './messages.ts'
import { Outgoing } from './outgoing.ts'

/** An exchange whose `type` tells what it may be answered with. */
export type AnyExchange = { [T in RequestType]: Exchange<T> }[RequestType]

/** One request of a peer's, on the side that answers it. */
export class Exchange<T extends RequestType> {
  readonly type: T
  readonly request: RequestOf<T>
  readonly incoming: Incoming
  readonly outgoing: Outgoing
  /** Its peer knows that it has ended, or has ended it; here something may be left to put away. */
  over = false
  readonly #connection: Connection
  readonly #id: number
  #cancelled: FileManagerError | undefined

  constructor(connection: Connection, id: number, request: RequestOf<T>, held: (change: number) => void) {
    this.#connection = connection
    this.#id = id
    this.type = request.type as T
    this.request = request
    this.incoming = new Incoming(connection, id, held)
    this.outgoing = new Outgoing(connection, id)
  }

  respond(body: ResponseOf<T>): void {
    this.over = this.type !== 'download'
    this.#connection.send('response', this.#id, body)
  }

  /** Ends the data of a download. */
  end(sha256: string): void {
    this.over = true
    this.#connection.send('end', this.#id, { sha256 })
  }

  refuse(why: FileManagerError): void {
    this.over = true
    this.#connection.send('error', this.#id, { code: why.errorCode, message: why.message })
  }

  /** Its peer wants it no more, or is gone. */
  cancel(why: FileManagerError): void {
    this.over = true
    this.#cancelled ??= why
    this.incoming.fail(why)
    this.outgoing.fail(why)
  }

  /** To be called before what cannot be undone. */
  throwIfCancelled(): void {
    if (this.#cancelled !== undefined) throw this.#cancelled
  }

  tooSlow(): boolean {
    return this.incoming.pace.tooSlow() || this.outgoing.pace.tooSlow()
  }
}
