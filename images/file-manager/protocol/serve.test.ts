import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { makeCredentials } from '../testing/credentials.ts'
import { type Answer, pairs } from '../testing/pair.ts'
import { credentialsOf } from './credentials.ts'
import { dial } from './dial.ts'
import type { ConnectOptions } from './session.ts'

const { scratch, made, server, session } = pairs()

const files: Answer = async exchange => {
  if (exchange.type === 'list') exchange.respond({ files: [] })
}

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
