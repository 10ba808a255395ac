import { times } from '../protocol/limits.ts'

export interface RegisteredServer {
  readonly id: string
  readonly address: string
}

/** Which servers live. `K` is whatever tells connections apart: a server lives as long as its connection and no longer. */
export class Register<K> {
  readonly #servers = new Map<K, RegisteredServer & { heardAt: number }>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** A server that registers again, by whatever connection, is the same server: its id tells. */
  add(connection: K, server: RegisteredServer): void {
    for (const [other, { id }] of this.#servers) if (id === server.id) this.#servers.delete(other)
    this.#servers.set(connection, { ...server, heardAt: this.#now() })
  }

  /** False when it is not, or no longer, registered: it has to register again. */
  heard(connection: K): boolean {
    const server = this.#servers.get(connection)
    if (server === undefined) return false
    server.heardAt = this.#now()
    return true
  }

  remove(connection: K): RegisteredServer | undefined {
    const server = this.#servers.get(connection)
    this.#servers.delete(connection)
    return server
  }

  /** Those that have been silent for too long, with their connections; they are dropped by this. */
  dropSilent(): (RegisteredServer & { connection: K })[] {
    const silent = [...this.#servers].filter(([, { heardAt }]) => this.#now() - heardAt > times.serverSilence)
    for (const [connection] of silent) this.#servers.delete(connection)
    return silent.map(([connection, { id, address }]) => ({ connection, id, address }))
  }

  get living(): readonly RegisteredServer[] {
    return [...this.#servers.values()].map(({ id, address }) => ({ id, address }))
  }
}
