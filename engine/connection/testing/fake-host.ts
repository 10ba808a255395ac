import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import ssh2 from 'ssh2'
import type { KeyPair } from './keys.ts'

export interface FakeHostOptions {
  readonly hostKeys: readonly KeyPair[]
  /** Sessions of one connection beyond this are refused, as by MaxSessions. */
  readonly maxSessions?: number
  /** Commands run as this user of this machine; default ourselves. */
  readonly uid?: number
  /** Asked for a stream to elsewhere, it neither refuses nor opens one. Default: it refuses. */
  readonly swallowsForwards?: boolean
  /** Closes every session without saying how its command ended. */
  readonly keepsStatus?: boolean
}

export interface FakeHost {
  readonly port: number
  /** Most sessions that were ever open at once on one connection. */
  readonly mostSessions: number
  readonly logins: number
  close(): Promise<void>
}

/** An ssh server in this process, for what a real one cannot be made to do. Commands run in a real sh. */
export async function startFakeHost(options: FakeHostOptions): Promise<FakeHost> {
  const clients = new Set<ssh2.Connection>()
  const state = { mostSessions: 0, logins: 0 }
  const server = new ssh2.Server({ hostKeys: options.hostKeys.map(({ file }) => readFileSync(file)) }, client => {
    clients.add(client)
    let sessions = 0
    client.on('authentication', context => (context.method === 'publickey' ? context.accept() : context.reject()))
    client.on('ready', () => state.logins++)
    client.on('error', () => undefined)
    client.on('close', () => clients.delete(client))
    if (options.swallowsForwards) client.on('tcpip', () => undefined)
    client.on('session', (accept, reject) => {
      if (sessions >= (options.maxSessions ?? Number.POSITIVE_INFINITY)) return reject()
      state.mostSessions = Math.max(state.mostSessions, ++sessions)
      const session = accept()
      session.on('close', () => sessions--)
      session.on('exec', (acceptExec, _reject, { command }) => run(command, acceptExec(), options))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get mostSessions() {
      return state.mostSessions
    },
    get logins() {
      return state.logins
    },
    close: async () => {
      for (const client of clients) client.end()
      server.close()
      await once(server, 'close')
    },
  }
}

function run(command: string, channel: ssh2.ServerChannel, { uid, keepsStatus }: FakeHostOptions): void {
  const child = spawn('sh', ['-c', command], { ...(uid === undefined ? {} : { uid, gid: uid }), cwd: '/' })
  channel.pipe(child.stdin).on('error', () => undefined)
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  channel.on('error', () => undefined)
  channel.on('close', () => child.kill('SIGKILL'))
  child.on('close', (code, signal) => {
    if (keepsStatus) channel.close()
    else if (signal) channel.exit(signal.slice('SIG'.length))
    else channel.exit(code ?? 0)
    channel.end()
  })
}
