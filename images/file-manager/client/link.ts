import type { Address } from '../protocol/dial.ts'
import { type ErrorCode, FileManagerError } from '../protocol/errors.ts'
import { connect, type Session } from '../protocol/session.ts'
import type { Access } from './access.ts'
import type { Reporter } from './events.ts'
import { interrupted } from './problem.ts'

export interface LinkOptions {
  /** Of the broker: any node of the lab. */
  readonly node: Address
  readonly access: Access
  /** 32 hex digits: see `Identity`. */
  readonly client: string
  readonly report: Pick<Reporter, 'tell'>
}

/** Attempts at a server, one after the other and the next before the last has given up: each may reach another one. */
const attempts = 4
const patience = 2_000
const shortPause = 250
/** What another attempt cannot change. */
const final: ReadonlySet<ErrorCode> = new Set(['unauthorized', 'not-trusted', 'version', 'bad-frame', 'bad-message'])

/**
 * The way to a server of the lab, found through the broker. Connects when it is needed and, after a loss, anew; several
 * who ask at once get the same session.
 */
export class Link {
  readonly #options: LinkOptions
  readonly #sessions = new Set<Session>()
  #current: Session | undefined
  #opening: Promise<Session> | undefined
  #server: Address | undefined
  #closed = false

  constructor(options: LinkOptions) {
    this.#options = options
  }

  /** Throws `FileManagerError`s, or an interruption when `signal` is faster. */
  async session(signal?: AbortSignal): Promise<Session> {
    if (this.#current?.usable) return this.#current
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined
    })
    return unlessAborted(this.#opening, signal)
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#sessions].map(session => session.close()))
  }

  async #open(): Promise<Session> {
    const server = await this.#locate()
    const session = await this.#reach(server)
    this.#server = server
    this.#current = session
    this.#keep(session)
    const { node, access, report } = this.#options
    report.tell({
      type: 'connected',
      node: node.host,
      server: session.welcome.name,
      plainText: access.authority === undefined,
    })
    return session
  }

  /** A broker that is gone for a while is no reason to forget where servers were. */
  async #locate(): Promise<Address> {
    try {
      const broker = await this.#connect(this.#options.node)
      try {
        return await broker.request({ type: 'locate' })
      } finally {
        void broker.close()
      }
    } catch (error) {
      if (this.#server === undefined || !mayPass(error)) throw error
      return this.#server
    }
  }

  /** A port of a node leads to a server of the cluster's choice, and for a while to one that has just died. */
  #reach(server: Address): Promise<Session> {
    return new Promise((resolve, reject) => {
      let [begun, failed, over] = [0, 0, false]
      let timer: NodeJS.Timeout | undefined
      const next = (): void => {
        if (over || begun === attempts) return
        begun++
        clearTimeout(timer)
        timer = setTimeout(next, patience)
        this.#connect(server).then(won, lost)
      }
      const won = (session: Session): void => {
        if (over) void session.close()
        else finish(() => resolve(session))
      }
      const lost = (error: unknown): void => {
        failed++
        if (!mayPass(error) || failed === attempts) finish(() => reject(error))
        else if (failed === begun) setTimeout(next, shortPause)
      }
      const finish = (tell: () => void): void => {
        if (over) return
        over = true
        clearTimeout(timer)
        tell()
      }
      next()
    })
  }

  #connect(address: Address): Promise<Session> {
    const { node, access, client } = this.#options
    const hello = {
      role: 'client',
      host: node.host,
      client,
      ...(access.token !== undefined && { token: access.token }),
    } as const
    return connect({ ...address, authority: access.authority, hello })
  }

  #keep(session: Session): void {
    this.#sessions.add(session)
    void session.closed.then(why => {
      this.#sessions.delete(session)
      if (this.#closed || this.#current !== session) return
      this.#current = undefined
      this.#options.report.tell({ type: 'lost', server: session.welcome.name, why: why.message })
    })
  }
}

const mayPass = (error: unknown): boolean => error instanceof FileManagerError && !final.has(error.errorCode)

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  const over = new AbortController()
  const aborted = new Promise<never>((_, reject) => {
    const stop = (): void => reject(interrupted())
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { signal: over.signal })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    over.abort()
  }
}
