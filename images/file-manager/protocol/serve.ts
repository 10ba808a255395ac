import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Credentials } from './credentials.ts'
import { Guest, type Host } from './guest.ts'
import { type GuestLimits, Guests } from './guests.ts'
import { times } from './limits.ts'

export interface ServeOptions extends GuestLimits {
  readonly listen: { readonly host?: string; readonly port: number }
  readonly credentials: Credentials
  /** Bytes that may wait for the disk, over all connections, before no more are received. */
  readonly mostHeld: number
}

export interface Service extends Omit<Host, 'held' | 'left' | 'packs'> {
  left?(guest: Guest): void
  /** How many packs and fetches one connection may have open, when so many were let in. */
  packs?(guests: number): number
}

export interface Listening {
  readonly port: number
  /** Connections that were let in. */
  readonly guests: ReadonlySet<Guest>
  /** Accepts nobody any more, lets what is under way end within `grace` milliseconds, then closes everything. */
  close(grace: number): Promise<void>
}

/** Listens and answers by `service`. Throws what listening throws (`EADDRINUSE`), or what reading the credentials does. */
export async function serve(options: ServeOptions, service: Service): Promise<Listening> {
  const guests = new Guests(options)
  let held = 0
  const host: Host = {
    ...service,
    role: service.role,
    name: service.name,
    packs: () => service.packs?.(guests.inside.size),
    admit: guest => {
      service.admit(guest)
      if (guest.hello?.role !== 'health') guests.letIn(guest)
    },
    answer: (exchange, guest) => service.answer(exchange, guest),
    report: (error, guest) => service.report(error, guest),
    held: change => {
      const before = held
      held += change
      if (before <= options.mostHeld && held > options.mostHeld) guests.hold(true)
      if (before > options.mostHeld && held <= options.mostHeld) guests.hold(false)
    },
    left: guest => {
      guests.remove(guest)
      service.left?.(guest)
    },
  }
  const enter = (socket: Socket): void => {
    const guest = new Guest(socket, host)
    if (held > options.mostHeld) guest.connection.held = true
    guests.add(guest)
  }
  const listener = listenerOf(options.credentials, guests, enter)
  listener.listen({ host: options.listen.host ?? '::', port: options.listen.port, backlog: 511 })
  await once(listener, 'listening')
  const watch = setInterval(() => guests.watch(), times.firstFrame / 5)
  return {
    port: (listener.address() as AddressInfo).port,
    guests: guests.inside,
    close: async grace => {
      listener.close()
      await guests.leave(grace)
      clearInterval(watch)
    },
  }
}

/** Counts a socket before any work is done for it; then TLS, by the certificate as it is on disk now. */
function listenerOf(credentials: Credentials, guests: Guests, enter: (socket: Socket) => void): Server {
  const first = credentials.secureContext()
  const listener = createServer({ noDelay: true })
  if (first === undefined) {
    listener.on('connection', socket => {
      guests.meet(socket)
      enter(socket)
    })
    return listener
  }
  const tls = createTlsServer({
    minVersion: 'TLSv1.3',
    handshakeTimeout: times.handshake,
    SNICallback: (_, done) => {
      try {
        done(null, credentials.secureContext())
      } catch (error) {
        done(error as Error)
      }
    },
  })
  tls.on('secureConnection', enter)
  tls.on('tlsClientError', (_, socket) => socket.destroy())
  listener.on('connection', socket => {
    guests.meet(socket)
    tls.emit('connection', socket)
  })
  return listener
}
