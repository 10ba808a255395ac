import { Call } from './call.ts'
import type { Connection, Receiver } from './connection.ts'
import { FileManagerError } from './errors.ts'
import type { ControlKind } from './frames.ts'
import { packLimits, times, versions } from './limits.ts'
import { type AnyRequest, end, errorBody, parse, responses, type Welcome, welcome } from './messages.ts'
import { Turns } from './turns.ts'

/** The dialling end: what it has asked for and what comes back. */
export class Calls implements Receiver {
  /** Set when the other has said goodbye: what is under way is finished, nothing new is begun. */
  leaving = false
  readonly closed: Promise<FileManagerError>
  #close: (why: FileManagerError) => void = () => undefined
  #connection: Connection | undefined
  #welcome: Welcome | undefined
  #greeted: ((said: Welcome) => void) | undefined
  #why: FileManagerError | undefined
  #lastId = 0
  readonly #open = new Map<number, Call>()
  /** Of all requests that may be open at once, and of packs and fetches. */
  #turns: { readonly all: Turns; readonly packs: Turns } | undefined

  constructor() {
    this.closed = new Promise(resolve => {
      this.#close = resolve
    })
  }

  /** What the other answers to the hello, within `limit` milliseconds; then watches over the connection. */
  async begin(connection: Connection, limit: number): Promise<Welcome> {
    this.#connection = connection
    const late = setTimeout(() => connection.destroy(unreachable(limit)), limit)
    const answer = new Promise<Welcome>(resolve => {
      this.#greeted = resolve
    })
    const said = await Promise.race([answer, this.closed])
    clearTimeout(late)
    if (said instanceof FileManagerError) throw said
    const watch = setInterval(() => this.#watch(connection), times.ping / 3)
    void this.closed.then(() => clearInterval(watch))
    return said
  }

  /** Waits for its turn. */
  async open(request: AnyRequest, signal: AbortSignal | undefined): Promise<Call> {
    const [connection, turns] = [this.#connection, this.#turns]
    if (this.#why !== undefined) throw this.#why
    if (connection === undefined || turns === undefined)
      throw new FileManagerError('internal', 'a request before the greeting')
    const taken = request.type === 'pack' || request.type === 'fetch' ? [turns.packs, turns.all] : [turns.all]
    const give = (): void => {
      for (const each of taken) each.give()
    }
    for (const each of taken) await each.take()
    if (this.#why !== undefined || signal?.aborted) {
      give()
      throw this.#why ?? new FileManagerError('cancelled', 'the request was cancelled')
    }
    const id = ++this.#lastId
    const abort = (): void => call.cancel()
    const call = new Call(connection, id, request, () => {
      this.#open.delete(id)
      signal?.removeEventListener('abort', abort)
      give()
    })
    this.#open.set(id, call)
    signal?.addEventListener('abort', abort)
    return call
  }

  control(kind: ControlKind, id: number, payload: Buffer): void {
    if (kind === 'error' && id === 0) this.#connection?.close(readError(payload))
    else if (this.#welcome === undefined) this.#begin(kind, payload)
    else if (kind === 'goodbye') this.leaving = true
    else if (kind !== 'pong') this.#reply(kind, id, payload)
  }

  #reply(kind: ControlKind, id: number, payload: Buffer): void {
    const call = this.#open.get(id)
    if (call === undefined) {
      if (id === 0 || id > this.#lastId) throw unexpected(kind)
      return // it crossed our cancel
    }
    if (kind === 'response') call.respond(parse<unknown>(responses[call.request.type], payload, 'response'))
    else if (kind === 'error') call.fail(readError(payload))
    else if (kind === 'end' && call.request.type === 'download') call.finish(parse(end, payload, 'end').sha256)
    else if (kind === 'credit') call.outgoing.grant(payload.readUInt32BE(0))
    else throw unexpected(kind)
  }

  data(id: number, piece: Buffer): void {
    const call = this.#open.get(id)
    if (call?.request.type === 'download' || call?.request.type === 'fetch') call.incoming.push(piece)
    else if (call !== undefined || id === 0 || id > this.#lastId) throw unexpected('data')
  }

  end(why: FileManagerError): void {
    this.#why = why
    for (const call of [...this.#open.values()]) call.fail(why)
    this.#close(why)
  }

  #begin(kind: ControlKind, payload: Buffer): void {
    if (kind !== 'welcome') throw unexpected(kind)
    const said = parse(welcome, payload, 'welcome')
    if (!versions.some(version => version === said.version))
      throw new FileManagerError('version', `the other side speaks version ${said.version}`)
    this.#welcome = said
    this.#turns = { all: new Turns(said.requests), packs: new Turns(said.packs ?? packLimits.openAtLeast) }
    this.#connection?.greeted()
    this.#greeted?.(said)
  }

  #watch(connection: Connection): void {
    const silent = performance.now() - connection.heardAt
    if (silent > times.silence) connection.destroy(unreachable(times.silence))
    else if (silent > times.ping) connection.send('ping', 0)
  }
}

const unreachable = (limit: number): FileManagerError =>
  new FileManagerError('unreachable', `the other side has said nothing for ${limit / 1000} s`)

const unexpected = (kind: string): FileManagerError =>
  new FileManagerError('bad-frame', `received a ${kind} that nothing was asked for`)

function readError(payload: Buffer): FileManagerError {
  const { code, message } = parse(errorBody, payload, 'error')
  return new FileManagerError(code, message)
}
