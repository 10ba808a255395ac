import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Connection, SshEndpoint } from './connection.ts'
import { knownHostLine } from './known-hosts.ts'
import { reconnecting } from './reconnect.ts'
import { connectSsh, type SshOptions } from './ssh.ts'
import { sshEndpoint } from './testing/endpoint.ts'
import { type FakeHost, type FakeHostOptions, startFakeHost } from './testing/fake-host.ts'
import { startFaultyWire } from './testing/faulty-wire.ts'
import { type KeyPair, makeKey } from './testing/keys.ts'
import { freePort } from './testing/sshd.ts'
import { upload } from './upload.ts'

const folder = mkdtempSync(join(tmpdir(), 'andamio-faults-'))
const knownHostsFile = join(folder, 'known_hosts')
let hostKey: KeyPair
let user: KeyPair

beforeAll(() => {
  hostKey = makeKey(folder, 'host')
  user = makeKey(folder, 'user')
  writeFileSync(knownHostsFile, knownHostLine('fake', hostKey.publicKey))
})
afterAll(() => rmSync(folder, { recursive: true }))

const endpoint = (port: number, login = 'root'): SshEndpoint =>
  sshEndpoint({ port, user: login, identityFiles: [user.file], knownHostsFile, hostKeyAlias: 'fake' })

async function withFake(
  options: Partial<FakeHostOptions>,
  work: (host: FakeHost, connect: (login?: string, more?: SshOptions) => Promise<Connection>) => Promise<void>,
): Promise<void> {
  const host = await startFakeHost({ hostKeys: [hostKey], ...options })
  const connections: Connection[] = []
  const connect = async (login?: string, more?: SshOptions): Promise<Connection> => {
    const connection = await connectSsh('fake', endpoint(host.port, login), more)
    connections.push(connection)
    return connection
  }
  try {
    await work(host, connect)
  } finally {
    for (const connection of connections) await connection.close()
    await host.close()
  }
}

describe('sessions', () => {
  test('never more than 5 at once, however many commands', () =>
    withFake({ maxSessions: 10 }, async (host, connect) => {
      const connection = await connect()
      const runs = Array.from({ length: 40 }, (_, number) => connection.exec(`echo ${number}`, { timeoutSeconds: 30 }))
      const answers = await Promise.all(runs)
      expect(answers.map(({ stdout }) => Number(stdout))).toEqual(answers.map((_, number) => number))
      expect(host.mostSessions).toBe(5)
    }))

  test('a host that allows fewer is asked again when one has ended', () =>
    withFake({ maxSessions: 2 }, async (host, connect) => {
      const connection = await connect()
      const runs = Array.from({ length: 6 }, () => connection.exec('sleep 0.05; echo done', { timeoutSeconds: 30 }))
      expect((await Promise.all(runs)).map(({ stdout }) => String(stdout))).toEqual(Array(6).fill('done\n'))
      expect(host.mostSessions).toBe(2)
    }))

  test('a host that allows none is unreachable', () =>
    withFake({ maxSessions: 0 }, async (_, connect) => {
      const run = (await connect()).exec('true', { timeoutSeconds: 30 })
      await expect(run).rejects.toMatchObject({ exit: 69, failure: { cause: 'its sshd opens no session' } })
    }))
})

describe('sudo', () => {
  test('makes root of another user, with the command whole', () =>
    withFake({}, async (_, connect) => {
      const connection = await connect('admin')
      const result = await connection.exec(`printf '%s ' "$(id -un)" "it's" 'a  b'; cat`, {
        stdin: 'in',
        timeoutSeconds: 9,
      })
      expect(result).toMatchObject({ code: 0, stdout: Buffer.from("root it's a  b in") })
      expect((await connection.exec('sh -s', { stdin: 'exit 7', timeoutSeconds: 9 })).code).toBe(7)
    }))

  test('a failing command is not taken for a refusal', () =>
    withFake({}, async (_, connect) => {
      const result = await (await connect('admin')).exec('echo no >&2; exit 1', { timeoutSeconds: 9 })
      expect(result).toMatchObject({ code: 1, stderr: 'no\n' })
    }))

  test('where it is not granted, the error says what to grant', () =>
    withFake({ uid: 65534 }, async (_, connect) => {
      const run = (await connect('admin')).exec('id -u', { timeoutSeconds: 9 })
      const failure = { code: 'no-sudo', next: expect.stringContaining('NOPASSWD') }
      await expect(run).rejects.toMatchObject({ exit: 69, failure })
    }))
})

describe('a connection that fails', () => {
  test('nobody listens: tried again until patience ends, and told why', async () => {
    const onRetry = vi.fn()
    const run = connectSsh('fake', endpoint(await freePort()), { patienceSeconds: 2, onRetry })
    await expect(run).rejects.toMatchObject({
      exit: 69,
      failure: { code: 'unreachable', cause: 'nothing listens there (ECONNREFUSED)' },
    })
    expect(onRetry.mock.calls.length).toBeGreaterThan(1)
  })

  test('a host that comes up while it is tried is reached', async () => {
    const port = await freePort()
    const host = await startFakeHost({ hostKeys: [hostKey] })
    let late: ReturnType<typeof startFaultyWire> | undefined
    const onRetry = (): void => {
      late ??= startFaultyWire(host.port, port)
    }
    const connection = await connectSsh('fake', endpoint(port), { patienceSeconds: 15, onRetry })
    expect((await connection.exec('true', { timeoutSeconds: 9 })).code).toBe(0)
    await connection.close()
    await (await late)?.close()
    await host.close()
  })

  test('a name that does not exist is not tried again', async () => {
    const onRetry = vi.fn()
    const run = connectSsh('fake', { ...endpoint(22), address: 'no-such-host.invalid' }, { onRetry })
    const failure = {
      code: 'unreachable',
      cause: 'nobody knows the name no-such-host.invalid here (ENOTFOUND)',
      next: expect.stringMatching(/give an address, or a HostName/),
    }
    await expect(run).rejects.toMatchObject({ exit: 69, failure })
    expect(onRetry.mock.calls.length).toBeLessThanOrEqual(1)
  })

  test('a peer that takes the call and says nothing is given up', async () => {
    const host = await startFakeHost({ hostKeys: [hostKey] })
    const wire = await startFaultyWire(host.port)
    wire.fallSilent()
    const run = connectSsh('fake', endpoint(wire.port), { handshakeSeconds: 0.3, patienceSeconds: 0.2 })
    const cause = 'it does not answer: no ssh handshake in time'
    await expect(run).rejects.toMatchObject({ exit: 69, failure: { cause } })
    await wire.close()
    await host.close()
  })

  test('an address that swallows everything, behind a jump host, is given up in the time of a handshake', () =>
    withFake({ swallowsForwards: true }, async ({ port }) => {
      const behind = { ...endpoint(22), jump: [endpoint(port)] }
      // Time enough for the jump host's own handshake on a busy machine.
      const run = connectSsh('fake', behind, { handshakeSeconds: 3, patienceSeconds: 0.2 })
      await expect(run).rejects.toMatchObject({ exit: 69, failure: { cause: 'no way to it within 3 s' } })
    }))

  test('a peer that falls silent is found by three unanswered keepalives, whatever waits on it', async () => {
    const host = await startFakeHost({ hostKeys: [hostKey] })
    const wire = await startFaultyWire(host.port)
    const connection = await connectSsh('fake', endpoint(wire.port), { keepaliveSeconds: 0.3 })
    const runs = Array.from({ length: 8 }, () => connection.exec('sleep 3', { timeoutSeconds: 600 }))
    await vi.waitUntil(() => host.mostSessions === 5, { timeout: 30_000, interval: 10 })
    wire.fallSilent()
    for (const end of await Promise.allSettled(runs))
      expect(end).toMatchObject({ reason: { exit: 69, failure: { cause: 'it has stopped answering' } } })
    // Two keepalives, for the third finds both without an answer, and at most a command that was on its way.
    expect(wire.swallowed).toBeGreaterThan(0)
    expect(wire.swallowed).toBeLessThanOrEqual(3)
    await connection.close()
    await wire.close()
    await host.close()
  })

  test('a goodbye is said, and not waited for', async () => {
    const host = await startFakeHost({ hostKeys: [hostKey] })
    const wire = await startFaultyWire(host.port)
    const connection = await connectSsh('fake', endpoint(wire.port))
    wire.fallSilent()
    const began = performance.now()
    await connection.close()
    // It is given up after a second where it cannot even be said.
    expect(performance.now() - began).toBeLessThan(900)
    await vi.waitUntil(() => wire.swallowed > 0, { timeout: 10_000, interval: 5 })
    await wire.close()
    await host.close()
  })

  test.each(
    [0, 1, 7, 60, 61, 200, 3000, 40_000].flatMap(bytes => ['root', 'admin'].map(login => ({ bytes, login }))),
  )('cut $bytes bytes into an answer to $login: unreachable, never half an answer', async ({ bytes, login }) => {
    const host = await startFakeHost({ hostKeys: [hostKey] })
    const wire = await startFaultyWire(host.port)
    const connection = await connectSsh('fake', endpoint(wire.port, login))
    wire.cutAfter(bytes)
    const run = connection.exec('seq 20000', { timeoutSeconds: 20 })
    await expect(run).rejects.toMatchObject({ exit: 69, failure: { code: 'unreachable' } })
    await expect(connection.exec('true', { timeoutSeconds: 5 })).rejects.toMatchObject({
      failure: { code: 'unreachable' },
    })
    expect(connection.roundTrips).toBe(0)
    await connection.close()
    await wire.close()
    await host.close()
  })

  test.each(
    [0, 100, 400, 2000, 60_000, 150_000].flatMap(bytes => ['root', 'admin'].map(login => ({ bytes, login }))),
  )('cut $bytes bytes into an upload by $login: the old file or the new, nothing else', async ({ bytes, login }) => {
    const host = await startFakeHost({ hostKeys: [hostKey] })
    const wire = await startFaultyWire(host.port)
    const target = mkdtempSync(join(folder, 'upload-'))
    const path = join(target, 'file')
    writeFileSync(path, 'old')
    const connection = await connectSsh('fake', endpoint(wire.port, login))
    wire.cutAfter(bytes)
    const content = Buffer.alloc(200_000, 'new')
    await expect(upload(connection, { path, content, mode: '0600', owner: '0:0' })).rejects.toMatchObject({
      exit: 69,
    })
    await vi.waitUntil(() => readdirSync(target).length === 1, { timeout: 30_000, interval: 10 })
    expect(readFileSync(path, 'utf8')).toBe('old')
    await connection.close()
    await wire.close()
    await host.close()
  })

  test('a session that ends without a status gave no answer, whatever it printed', () =>
    withFake({ keepsStatus: true }, async (_, connect) => {
      const run = (await connect()).exec('echo half', { timeoutSeconds: 5 })
      await expect(run).rejects.toMatchObject({ exit: 69, failure: { cause: 'its session ended without a status' } })
    }))

  test('a read that a break cut off is answered over a new connection', async () => {
    const host = await startFakeHost({ hostKeys: [hostKey] })
    const wire = await startFaultyWire(host.port)
    const connection = await reconnecting(() => connectSsh('fake', endpoint(wire.port)))
    wire.cutAfter(3000)
    const run = connection.exec('seq 20000', { timeoutSeconds: 20 })
    await vi.waitUntil(() => wire.cuts > 0, { timeout: 30_000, interval: 5 })
    wire.cutAfter(Number.POSITIVE_INFINITY)
    expect((await run).stdout.toString()).toMatch(/\n20000\n$/)
    expect([host.logins, connection.roundTrips]).toEqual([2, 1])
    await connection.close()
    await wire.close()
    await host.close()
  })
})
