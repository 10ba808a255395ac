import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Answer, pairs } from '../testing/pair.ts'
import { FileManagerError } from './errors.ts'
import { flow } from './limits.ts'
import type { Session } from './session.ts'

const { server, session } = pairs()

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
    for (let pieces = await exchange.incoming.read(); pieces; pieces = await exchange.incoming.read()) {
      for (const piece of pieces) hash.update(piece)
      exchange.incoming.done(content.length)
    }
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
    expect(opened.welcome).toEqual({ version: 2, role: 'server', name: 'here', requests: 4 })
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
    expect(sent).toBe(flow.window)
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

  test('may ask for more when its requests have ended, whatever is still put away there; but not without end', async () => {
    let release: () => void = () => undefined
    const released = new Promise<void>(resolve => {
      release = resolve
    })
    const opened = await session(
      await server(async exchange => {
        if (exchange.type === 'list') exchange.respond({ files: [] })
        await released
      }),
    )
    for (let i = 0; i < 16; i++) expect(await opened.request({ type: 'list' })).toEqual({ files: [] })
    await expect(opened.request({ type: 'list' })).rejects.toMatchObject({ errorCode: 'busy' })
    release()
  })

  test('waits, and so do those who come, while as much as may be is held for the disk', async () => {
    let release: () => void = () => undefined
    const released = new Promise<void>(resolve => {
      release = resolve
    })
    let received = 0
    const listening = await server(
      async (exchange, guest) => {
        if (exchange.type !== 'upload') return files(exchange, guest)
        await released
        for (let pieces = await exchange.incoming.read(); pieces; pieces = await exchange.incoming.read())
          for (const { length } of pieces) {
            received += length
            exchange.incoming.done(length)
          }
        exchange.respond({ size: received, sha256 })
      },
      { mostHeld: 10_000 },
    )
    const opened = await session(listening)
    const up = await opened.openUpload(upload)
    const sent = up.write(content)
    await expect.poll(() => [...listening.guests].some(guest => guest.connection.held)).toBe(true)
    let later: Session | undefined
    const came = session(listening).then(one => {
      later = one
    })
    await expect(Promise.race([opened.request({ type: 'list' }), pause(200)])).resolves.toBe('nothing')
    expect(later).toBeUndefined()
    release()
    await came
    expect(await opened.request({ type: 'list' })).toEqual({ files: [] })
    await sent
    await up.finish(sha256)
    expect(received).toBe(content.length)
  })
})

const pause = (milliseconds: number): Promise<string> =>
  new Promise(resolve => setTimeout(() => resolve('nothing'), milliseconds))
