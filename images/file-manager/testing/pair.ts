import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach } from 'vitest'
import { credentialsOf } from '../protocol/credentials.ts'
import { FileManagerError } from '../protocol/errors.ts'
import type { AnyExchange } from '../protocol/exchange.ts'
import type { Guest } from '../protocol/guest.ts'
import { type Listening, type ServeOptions, serve } from '../protocol/serve.ts'
import { type ConnectOptions, connect, type Session } from '../protocol/session.ts'
import { makeCredentials } from './credentials.ts'

export type Answer = (exchange: AnyExchange, guest: Guest) => Promise<void>

/** An answering end and sessions with it, over real sockets with TLS, closed after each test; for one file of tests. */
export function pairs() {
  const scratch = mkdtempSync(join(tmpdir(), 'file-manager-'))
  const made = makeCredentials(join(scratch, 'made'))
  const open: { close(grace: number): Promise<void> }[] = []
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close(0)
  })
  afterAll(() => rmSync(scratch, { recursive: true }))

  const server = async (answer: Answer, options: Partial<ServeOptions> = {}): Promise<Listening> => {
    const serveOptions = {
      listen: { host: '127.0.0.1', port: 0 },
      credentials: credentialsOf(made.folder),
      mostGuests: 10,
      mostOfOneAddress: 10,
      mostStrangers: 10,
      mostHeld: 64 * 2 ** 20,
      ...options,
    }
    const listening = await serve(serveOptions, {
      role: 'server',
      name: 'here',
      requests: 4,
      admit: guest => {
        if (guest.hello?.token !== made.clientToken) throw new FileManagerError('unauthorized', 'this token is wrong')
      },
      answer,
      report: error => {
        throw error
      },
    })
    open.push(listening)
    return listening
  }
  const session = async ({ port }: { port: number }, options: Partial<ConnectOptions> = {}): Promise<Session> => {
    const hello = { role: 'client', token: made.clientToken } as const
    const opened = await connect({ host: '127.0.0.1', port, authority: made.authority, hello, ...options })
    open.push(opened)
    return opened
  }
  return { scratch, made, server, session }
}
