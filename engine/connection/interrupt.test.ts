import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Connection } from './connection.ts'
import { unreachable } from './failures.ts'
import { knownHostLine } from './known-hosts.ts'
import { reconnecting } from './reconnect.ts'
import { connectSsh } from './ssh.ts'
import { sshEndpoint } from './testing/endpoint.ts'
import { startFakeHost } from './testing/fake-host.ts'
import { makeKey } from './testing/keys.ts'

const folder = mkdtempSync(join(tmpdir(), 'andamio-interrupt-'))
afterAll(() => rmSync(folder, { recursive: true }))

const hostKey = makeKey(folder, 'host')
const knownHostsFile = join(folder, 'known_hosts')
writeFileSync(knownHostsFile, knownHostLine('fake', hostKey.publicKey))
const user = makeKey(folder, 'user').file
const endpoint = (port: number) => sshEndpoint({ port, identityFiles: [user], knownHostsFile, hostKeyAlias: 'fake' })

/** In front of a host that answers: says nothing until it is told to. */
async function withSilence(work: (port: number, speak: (silent: Socket) => void, silent: Promise<Socket>) => unknown) {
  const host = await startFakeHost({ hostKeys: [hostKey] })
  const server = createServer()
  const silent = once(server, 'connection').then(([socket]) => socket as Socket)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  try {
    const speak = (socket: Socket) => socket.pipe(createConnection(host.port, '127.0.0.1')).pipe(socket)
    await work((server.address() as AddressInfo).port, speak, silent)
  } finally {
    server.close()
    await host.close()
  }
}

test('ends an attempt that is under way at once, and the login that still comes of it is left again', () =>
  withSilence(async (port, speak, silent) => {
    const interrupt = new AbortController()
    const connecting = connectSsh('fake', endpoint(port), { signal: interrupt.signal, handshakeSeconds: 600 })
    const socket = await silent
    interrupt.abort()
    await expect(connecting).rejects.toMatchObject({ name: 'AbortError' })
    speak(socket)
    await once(socket, 'close')
  }))

test('ends the wait for a new connection in place of one that broke, and its end is not waited for', () =>
  withSilence(async (port, speak, silent) => {
    const interrupt = new AbortController()
    const broken: Connection = {
      host: 'fake',
      roundTrips: 0,
      exec: () => Promise.reject(unreachable('fake', 'the connection broke')),
      forward: () => Promise.reject(unreachable('fake', 'the connection broke')),
      close: async () => undefined,
    }
    const ways = [
      async () => broken,
      () => connectSsh('fake', endpoint(port), { signal: interrupt.signal, handshakeSeconds: 600 }),
    ]
    const connection = await reconnecting(async () => (ways.shift() ?? (() => Promise.reject(new Error('no more'))))())
    const reading = connection.exec('cat /etc/hostname', { timeoutSeconds: 600 })
    const socket = await silent
    interrupt.abort()
    await expect(reading).rejects.toMatchObject({ name: 'AbortError' })
    await connection.close()
    speak(socket)
    await once(socket, 'close')
  }))
