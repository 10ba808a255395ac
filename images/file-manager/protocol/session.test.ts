import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { makeCredentials } from '../testing/credentials.ts'
import { credentialsOf } from './credentials.ts'
import { dial } from './dial.ts'
import { FileManagerError } from './errors.ts'
import type { AnyExchange } from './exchange.ts'
import type { Guest } from './guest.ts'
import { type Listening, type ServeOptions, serve } from './serve.ts'
import { type ConnectOptions, connect, type Session } from './session.ts'

const scratch = mkdtempSync(join(tmpdir(), 'file-manager-'))
const made = makeCredentials(join(scratch, 'a'))
const open: (Session | Listening)[] = []

afterEach(async () => {
  for (const each of open.splice(0)) await each.close(0)
})
afterAll(() => rmSync(scratch, { recursive: true }))

type Answer = (exchange: AnyExchange, guest: Guest) => Promise<void>

async function server(answer: Answer, options: Partial<ServeOptions> = {}): Promise<Listening> {
  const listening = await serve(
    {
      listen: { host: '127.0.0.1', port: 0 },
      credentials: credentialsOf(made.folder),
      mostGuests: 10,
      mostOfOneAddress: 10,
      mostStrangers: 10,
      mostHeld: 64 * 2 ** 20,
      ...options,
    },
    {
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
    },
  )
  open.push(listening)
  return listening
}

async function session({ port }: Listening, options: Partial<ConnectOptions> = {}): Promise<Session> {
  const hello = { role: 'client', token: made.clientToken } as const
  const opened = await connect({ host: '127.0.0.1', port, authority: made.authority, hello, ...options })
  open.push(opened)
  return opened
}

const content = randomBytes(3_000_000)
const sha256 = createHash('sha256').update(content).digest('hex')
const upload = {
  type: 'upload',
  name: 'a',
  size: content.length,
  upload: sha256,
  attempt: '0'.repeat(32),
  offset: 0,
} as const

/** Takes uploads, and serves `content` under any name. */
const files: Answer = async exchange => {
  if (exchange.type === 'download') {
    exchange.respond({ size: content.length, modified: 1, offset: 0 })
    await exchange.outgoing.write(content)
    exchange.end(sha256)
  } else if (exchange.type === 'upload') {
    exchange.incoming.widen()
    const hash = createHash('sha256')
    for (let pieces = await exchange.incoming.read(); pieces; pieces = await exchange.incoming.read())
      for (const piece of pieces) hash.update(piece)
    exchange.respond({ size: exchange.request.size, sha256: hash.digest('hex') })
  } else if (exchange.type === 'list') exchange.respond({ files: [] })
}

async function contentOf(opened: Session): Promise<string> {
  const download = await opened.openDownload({ type: 'download', name: 'a' })
  const hash = createHash('sha256')
  for (let pieces = await download.read(); pieces; pieces = await download.read())
    for (const piece of pieces) hash.update(piece)
  expect(download.sha256).toBe(sha256)
  return hash.digest('hex')
}

describe('a session', () => {
  test('carries uploads and downloads, several at once, more than may be open', async () => {
    const opened = await session(await server(files))
    expect(opened.welcome).toEqual({ version: 1, role: 'server', name: 'here', requests: 4 })
    const uploads = Array.from({ length: 6 }, async () => {
      const up = await opened.openUpload(upload)
      await up.write(content)
      return (await up.finish(sha256)).sha256
    })
    const downloads = Array.from({ length: 6 }, () => contentOf(opened))
    expect(new Set(await Promise.all([...uploads, ...downloads]))).toEqual(new Set([sha256]))
  })

  test('goes on while one of its downloads is not read, which then holds a window and no more', async () => {
    let sent = 0
    const listening = await server(async exchange => {
      if (exchange.type !== 'download') return
      exchange.respond({ size: 2 ** 30, modified: 1, offset: 0 })
      if (exchange.request.name === 'a') {
        await exchange.outgoing.write(content)
        exchange.end(sha256)
        return
      }
      for (;;) {
        await exchange.outgoing.write(Buffer.alloc(4096))
        sent += 4096
      }
    })
    const opened = await session(listening)
    const slow = await opened.openDownload({ type: 'download', name: 'slow' })
    for (let i = 0; i < 3; i++) expect(await contentOf(opened)).toBe(sha256)
    expect(sent).toBe(2 * 2 ** 20)
    slow.cancel()
    await expect(slow.read()).rejects.toMatchObject({ errorCode: 'cancelled' })
  })

  test('tells a refusal in the middle of an upload, and lives on', async () => {
    const opened = await session(
      await server(async (exchange, guest) => {
        if (exchange.type !== 'upload') return files(exchange, guest)
        await exchange.incoming.read()
        throw new FileManagerError('no-space', 'the disk is full')
      }),
    )
    const up = await opened.openUpload(upload)
    await expect(up.write(content)).rejects.toMatchObject({ errorCode: 'no-space', message: 'the disk is full' })
    await expect(up.finish(sha256)).rejects.toMatchObject({ errorCode: 'no-space' })
    expect(await opened.request({ type: 'list' })).toEqual({ files: [] })
  })

  test('tells the other side of a cancel', async () => {
    let told: (why: unknown) => void = () => undefined
    const why = new Promise(resolve => {
      told = resolve
    })
    const opened = await session(
      await server(async exchange => {
        await exchange.incoming.read().then(undefined, told)
      }),
    )
    const abort = new AbortController()
    const up = await opened.openUpload(upload, { signal: abort.signal })
    abort.abort()
    await expect(up.leave(1)).rejects.toMatchObject({ errorCode: 'cancelled' })
    expect(await why).toMatchObject({ errorCode: 'cancelled' })
  })

  test('ends what is under way when the server is gone', async () => {
    const listening = await server(() => new Promise(() => undefined))
    const opened = await session(listening)
    const waiting = opened.request({ type: 'list' })
    await expect.poll(() => [...listening.guests].some(guest => guest.busy)).toBe(true)
    await listening.close(0)
    await expect(waiting).rejects.toMatchObject({ errorCode: 'lost' })
    expect(opened.usable).toBe(false)
    await expect(opened.request({ type: 'list' })).rejects.toMatchObject({ errorCode: 'lost' })
  })

  test('lets a server that is being stopped finish, and learns of it', async () => {
    let release: () => void = () => undefined
    const released = new Promise<void>(resolve => {
      release = resolve
    })
    const listening = await server(async exchange => {
      await released
      if (exchange.type === 'list') exchange.respond({ files: [] })
    })
    const opened = await session(listening)
    const waiting = opened.request({ type: 'list' })
    await expect.poll(() => [...listening.guests].some(guest => guest.busy)).toBe(true)
    const closed = listening.close(10_000)
    await expect.poll(() => opened.usable).toBe(false)
    release()
    expect(await waiting).toEqual({ files: [] })
    await closed
  })
})

describe('a connection is refused', () => {
  test.each<[string, string, () => Partial<ConnectOptions>]>([
    ['a wrong token', 'unauthorized', () => ({ hello: { role: 'client', token: 'x' } })],
    ['no token', 'unauthorized', () => ({ hello: { role: 'client' } })],
    ['another authority', 'not-trusted', () => ({ authority: makeCredentials(join(scratch, 'b')).authority })],
    ['a closed port', 'unreachable', () => ({ port: 1 })],
  ])('for %s', async (_, errorCode, options) => {
    await expect(session(await server(files), options())).rejects.toMatchObject({ errorCode })
  })

  test('by a client when the certificate is for another name', async () => {
    const other = makeCredentials(join(scratch, 'c'), '127.0.0.1')
    const listening = await server(files, { credentials: credentialsOf(other.folder) })
    await expect(session(listening, { authority: other.authority })).rejects.toMatchObject({ errorCode: 'not-trusted' })
  })

  test('when there are too many', async () => {
    const listening = await server(files, { mostOfOneAddress: 1 })
    await session(listening)
    await expect(session(listening)).rejects.toMatchObject({ errorCode: 'busy' })
  })

  test.each(['TLSv1.2', 'TLSv1.1'] as const)('in %s', async maxVersion => {
    const { connect: connectTls } = await import('node:tls')
    const { port } = await server(files)
    const socket = connectTls({
      host: '127.0.0.1',
      port,
      maxVersion,
      minVersion: maxVersion,
      rejectUnauthorized: false,
    })
    await expect(once(socket, 'secureConnect')).rejects.toThrow()
  })

  test('to strangers, the oldest first, while honest ones come and go', async () => {
    const listening = await server(files, { mostStrangers: 3 })
    const address = { host: '127.0.0.1', port: listening.port }
    const stranger = async () => (await dial(address, made.authority)).on('error', () => undefined)
    const strangers: Awaited<ReturnType<typeof stranger>>[] = []
    for (let i = 0; i < 8; i++) strangers.push(await stranger())
    const opened = await session(listening)
    expect(await opened.request({ type: 'list' })).toEqual({ files: [] })
    await expect.poll(() => strangers.filter(socket => !socket.destroyed).length).toBe(2)
    for (const socket of strangers) socket.destroy()
  })

  test('by the certificate as it is now', async () => {
    const folder = join(scratch, 'd')
    const first = makeCredentials(folder)
    const listening = await server(files, { credentials: credentialsOf(folder) })
    const hello = { role: 'client', token: made.clientToken } as const
    await session(listening, { authority: first.authority, hello })
    const second = makeCredentials(folder)
    await session(listening, { authority: second.authority, hello })
    await expect(session(listening, { authority: first.authority, hello })).rejects.toMatchObject({
      errorCode: 'not-trusted',
    })
    writeFileSync(join(folder, 'tls.crt'), 'rubbish')
    await expect(session(listening, { authority: second.authority, hello })).rejects.toMatchObject({
      errorCode: 'unreachable',
    })
  })
})
