import { hostname } from 'node:os'
import { authorize } from '../program/authorize.ts'
import type { Log } from '../program/log.ts'
import { described } from '../program/program.ts'
import type { Address } from '../protocol/dial.ts'
import { FileManagerError } from '../protocol/errors.ts'
import type { AnyExchange } from '../protocol/exchange.ts'
import type { Guest } from '../protocol/guest.ts'
import { serverPort, times } from '../protocol/limits.ts'
import { type Listening, type ServeOptions, serve } from '../protocol/serve.ts'
import { Register } from './register.ts'

export interface BrokerOptions extends ServeOptions {
  /** What clients are told instead of the host that they have dialled and port 32001. */
  readonly advertise: Address | undefined
  readonly log: Log
}

/** Knows which servers live, and tells clients where to reach one. */
export async function startBroker(options: BrokerOptions): Promise<Listening> {
  const { log, credentials, advertise } = options
  const register = new Register<Guest>()
  const listening = await serve(options, {
    role: 'broker',
    name: hostname(),
    requests: 16,
    admit: guest => {
      authorize(guest, credentials, ['client', 'server'])
      if (guest.hello?.role === 'client') log(`client connected from ${guest.peer}`)
    },
    answer: async (exchange, guest) => answer(exchange, guest, register, advertise, log),
    report: error => log(described(error)),
    left: guest => {
      const server = register.remove(guest)
      if (server) log(`server ${server.id} left: ${guest.connection.why?.message} (${count(register)})`)
    },
  })
  const watch = setInterval(() => {
    for (const { connection, id } of register.dropSilent()) {
      log(`server ${id} dropped: silent for ${times.serverSilence / 1000} s (${count(register)})`)
      connection.connection.destroy(new FileManagerError('idle', 'no heartbeat'))
    }
  }, 1000)
  log(`broker started, listening on ${listening.port}`)
  return {
    port: listening.port,
    guests: listening.guests,
    close: grace => {
      clearInterval(watch)
      return listening.close(grace)
    },
  }
}

function answer(
  exchange: AnyExchange,
  guest: Guest,
  register: Register<Guest>,
  advertise: Address | undefined,
  log: Log,
): void {
  const role = guest.hello?.role
  if (exchange.type === 'locate' && role === 'client') {
    if (register.living.length === 0) throw new FileManagerError('no-server', 'no server is registered at the broker')
    const host = guest.hello?.host
    if (advertise === undefined && host === undefined)
      throw new FileManagerError('bad-message', 'the hello did not say which host was dialled')
    exchange.respond(advertise ?? { host: host ?? '', port: serverPort })
  } else if (exchange.type === 'register' && role === 'server') {
    const { id, address } = exchange.request
    register.add(guest, { id, address })
    log(`server registered: ${id} at ${address} (${count(register)})`)
    exchange.respond({})
  } else if (exchange.type === 'heartbeat' && role === 'server') {
    if (!register.heard(guest))
      throw new FileManagerError('superseded', 'another connection has registered this server')
    exchange.respond({})
  } else throw new FileManagerError('unauthorized', `a ${role} may not ask a broker to ${exchange.type}`)
}

const count = (register: Register<Guest>): string => {
  const { length } = register.living
  return `${length} ${length === 1 ? 'server' : 'servers'}`
}
