import type { Connection } from './connection.ts'
import { FileManagerError } from './errors.ts'
import { Incoming } from './incoming.ts'
import type { AnyRequest } from './messages.ts'
import { Outgoing } from './outgoing.ts'

/** One request of ours, its answer and its streams. */
export class Call {
  readonly request: AnyRequest
  readonly incoming: Incoming
  readonly outgoing: Outgoing
  /** What the response said, read by the shape that belongs to the request. */
  readonly answer: Promise<unknown>
  readonly #connection: Connection
  readonly #id: number
  readonly #over: () => void
  #settle: { resolve(body: unknown): void; reject(why: FileManagerError): void } | undefined
  #ended = false

  /** `over` is called once, when nothing more will come. */
  constructor(connection: Connection, id: number, request: AnyRequest, over: () => void) {
    this.#connection = connection
    this.#id = id
    this.#over = over
    this.request = request
    this.incoming = new Incoming(connection, id)
    this.outgoing = new Outgoing(connection, id)
    this.answer = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    this.answer.catch(() => undefined) // its user may have learnt of it by his stream
    connection.send('request', id, request)
  }

  /** A download's response is its beginning; any other's is the last that comes. */
  respond(body: unknown): void {
    this.#settle?.resolve(body)
    if (this.request.type === 'download') return
    this.incoming.finish()
    this.#close()
  }

  /** Ends what we send. */
  end(sha256: string): void {
    if (!this.#ended) this.#connection.send('end', this.#id, { sha256 })
  }

  /** The other has ended what it sends. */
  finish(sha256: string): void {
    this.incoming.finish(sha256)
    this.#close()
  }

  fail(why: FileManagerError): void {
    if (this.#ended) return
    this.incoming.fail(why)
    this.outgoing.fail(why)
    this.#settle?.reject(why)
    this.#close()
  }

  cancel(): void {
    if (this.#ended) return
    this.#connection.send('cancel', this.#id)
    this.fail(new FileManagerError('cancelled', 'the request was cancelled'))
  }

  #close(): void {
    if (this.#ended) return
    this.#ended = true
    this.#over()
  }
}
