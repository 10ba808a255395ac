import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach } from 'vitest'
import { startBroker } from '../broker/broker.ts'
import { credentialsOf } from '../protocol/credentials.ts'
import type { Hello } from '../protocol/messages.ts'
import type { Listening } from '../protocol/serve.ts'
import { connect, type Session } from '../protocol/session.ts'
import { type ServerOptions, startServer } from '../server/server.ts'
import { makeCredentials } from './credentials.ts'

/** Real servers and brokers in this process, over real sockets with TLS, closed after each test; for one file of tests. */
export function serving() {
  const scratch = mkdtempSync(join(tmpdir(), 'file-manager-'))
  const made = makeCredentials(join(scratch, 'made'))
  const open: { close(grace: number): Promise<void> }[] = []
  const lines: string[] = []
  const limits = { mostGuests: 100, mostOfOneAddress: 100, mostStrangers: 100, mostHeld: 32 * 2 ** 20 }
  const common = { credentials: credentialsOf(made.folder), log: (line: string) => void lines.push(line), ...limits }
  afterEach(async () => {
    for (const each of open.splice(0).reverse()) await each.close(0)
    lines.length = 0
  })
  afterAll(() => rmSync(scratch, { recursive: true }))
  const kept = <T extends { close(grace: number): Promise<void> }>(one: T): T => {
    open.push(one)
    return one
  }

  return {
    made,
    lines,
    /** A new folder of files. */
    folder: (): string => mkdtempSync(join(scratch, 'data-')),
    server: async (data: string, options: Partial<ServerOptions> = {}): Promise<Listening> => {
      mkdirSync(data, { recursive: true })
      const here = { listen: { host: '127.0.0.1', port: 0 }, broker: undefined, id: 'one', address: '127.0.0.1', data }
      const most = { requests: 32, mostOfFile: 2 ** 30, mostOfAll: 2 ** 32 }
      return kept(await startServer({ ...common, ...here, ...most, ...options }))
    },
    broker: async (options: Partial<Parameters<typeof startBroker>[0]> = {}): Promise<Listening> =>
      kept(await startBroker({ ...common, listen: { host: '127.0.0.1', port: 0 }, advertise: undefined, ...options })),
    session: async ({ port }: { port: number }, hello: Partial<Hello> = {}): Promise<Session> => {
      const own = { role: 'client', token: made.clientToken, client: '0'.repeat(32) } as const
      return kept(await connect({ host: '127.0.0.1', port, authority: made.authority, hello: { ...own, ...hello } }))
    },
  }
}

/** What lies in a folder, temporary files included. */
export const everythingIn = (folder: string): string[] => readdirSync(folder).sort()
