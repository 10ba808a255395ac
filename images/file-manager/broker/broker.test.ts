import { describe, expect, test } from 'vitest'
import { serving } from '../testing/serving.ts'

const { made, lines, folder, broker, server, session } = serving()

const toBroker = (port: number) => ({ broker: { host: '127.0.0.1', port } })
const registrations = (): string[] => lines.filter(line => line.startsWith('server registered'))

describe('a broker', () => {
  test('tells the way to a server as soon as one is registered, by the host that was dialled', async () => {
    const { port } = await broker()
    const opened = await session({ port }, { host: '10.55.0.3' })
    await expect(opened.request({ type: 'locate' })).rejects.toMatchObject({ errorCode: 'no-server' })
    await server(folder(), { ...toBroker(port), id: 'server-a' })
    await expect
      .poll(() => opened.request({ type: 'locate' }).catch(() => undefined))
      .toEqual({
        host: '10.55.0.3',
        port: 32001,
      })
    expect(lines.filter(line => line.startsWith('broker started'))).toEqual([`broker started, listening on ${port}`])
    expect(registrations()).toEqual(['server registered: server-a at 127.0.0.1 (1 server)'])
  })

  test('tells the way that it was told to tell', async () => {
    const { port } = await broker({ advertise: { host: 'files.lab', port: 7 } })
    await server(folder(), toBroker(port))
    const opened = await session({ port })
    await expect
      .poll(() => opened.request({ type: 'locate' }).catch(() => undefined))
      .toEqual({ host: 'files.lab', port: 7 })
  })

  test('forgets a server that has gone', async () => {
    const { port } = await broker()
    const gone = await server(folder(), toBroker(port))
    await expect.poll(registrations).toHaveLength(1)
    await gone.close(0)
    const opened = await session({ port }, { host: 'a' })
    await expect(opened.request({ type: 'locate' })).rejects.toMatchObject({ errorCode: 'no-server' })
  })

  test('is found again by its servers when another takes its place', async () => {
    const first = await broker()
    await server(folder(), toBroker(first.port))
    await server(folder(), { ...toBroker(first.port), id: 'two' })
    await expect.poll(registrations).toHaveLength(2)
    await first.close(0)
    const { port } = await broker({ listen: { host: '127.0.0.1', port: first.port } })
    await expect.poll(registrations, { timeout: 15_000 }).toHaveLength(4)
    const opened = await session({ port }, { host: 'a' })
    expect(await opened.request({ type: 'locate' })).toEqual({ host: 'a', port: 32001 })
  })

  test('takes no client for a server, and does nothing else for anybody', async () => {
    const { port } = await broker()
    const client = await session({ port })
    const register = { type: 'register', id: 'evil', address: '10.0.0.66' } as const
    await expect(client.request(register)).rejects.toMatchObject({ errorCode: 'unauthorized' })
    await expect(client.request({ type: 'list' })).rejects.toMatchObject({ errorCode: 'unauthorized' })
    await expect(client.request({ type: 'locate' })).rejects.toMatchObject({ errorCode: 'no-server' })
    const asServer = session({ port }, { role: 'server' })
    await expect(asServer).rejects.toMatchObject({ errorCode: 'unauthorized' })
    const health = await session({ port }, { role: 'health', token: undefined })
    await expect(health.request({ type: 'locate' })).rejects.toMatchObject({ errorCode: 'lost' })
    const real = await session({ port }, { role: 'server', token: made.serverToken })
    await expect(real.request({ type: 'locate' })).rejects.toMatchObject({ errorCode: 'unauthorized' })
    await expect(real.request({ type: 'heartbeat' })).rejects.toMatchObject({ errorCode: 'superseded' })
  })
})

test('a server lets neither servers in nor those with another token', async () => {
  const listening = await server(folder())
  for (const hello of [
    { role: 'server', token: made.serverToken },
    { token: made.serverToken },
    { token: '' },
  ] as const)
    await expect(session(listening, hello)).rejects.toMatchObject({ errorCode: 'unauthorized' })
  const health = await session(listening, { role: 'health', token: undefined })
  await expect(health.request({ type: 'list' })).rejects.toMatchObject({ errorCode: 'lost' })
  expect(listening.guests.size).toBe(0)
})
