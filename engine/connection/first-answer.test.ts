import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, expect, it, vi } from 'vitest'
import { sshAnswers, waitForSsh } from './first-answer.ts'

let server: Server | undefined
afterEach(() => server?.close())

async function listen(onConnection: (socket: Socket) => void, port = 0): Promise<number> {
  server = createServer(onConnection).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

it('takes a banner for an answer, and nothing else', async () => {
  const ssh = await listen(socket => socket.end('SSH-2.0-OpenSSH_9.2p1\r\n'))
  expect(await sshAnswers('127.0.0.1', ssh, 1000)).toBe(true)
  server?.close()
  const web = await listen(socket => socket.end('HTTP/1.1 400 Bad Request\r\n'))
  expect(await sshAnswers('127.0.0.1', web, 1000)).toBe(false)
  server?.close()
  const silent = await listen(() => {})
  expect(await sshAnswers('127.0.0.1', silent, 50)).toBe(false)
  const hangsUp = await listen(socket => socket.destroy())
  expect(await sshAnswers('127.0.0.1', hangsUp, 1000)).toBe(false)
})

it('waits until a server that is not up yet comes up', async () => {
  const port = await listen(() => {})
  server?.close()
  let tries = 0
  const stillHope = async () => {
    tries += 1
    if (tries === 2) await listen(socket => socket.end('SSH-2.0-x\r\n'), port)
  }
  expect(await waitForSsh({ address: '127.0.0.1', port, limitSeconds: 10, stillHope })).toBe(true)
  expect(tries).toBe(2)
})

it('waits for an answer, or for the next try, no longer than until the interrupt', async () => {
  const interrupted = async (port: number, interrupt: AbortController) => {
    const stillHope = vi.fn(async () => interrupt.abort())
    const wait = { address: '127.0.0.1', port, limitSeconds: 60, stillHope, signal: interrupt.signal }
    await expect(waitForSsh(wait)).rejects.toMatchObject({ name: 'AbortError' })
    return stillHope.mock.calls.length
  }
  const asked = new AbortController()
  expect(await interrupted(await listen(() => asked.abort()), asked)).toBe(0)
  server?.close()
  expect(await interrupted(await listen(socket => socket.destroy()), new AbortController())).toBe(1)
})

it('gives up after its limit, or as soon as there is no hope', async () => {
  const port = await listen(socket => socket.destroy())
  const wait = { address: '127.0.0.1', port, limitSeconds: 0.3 }
  expect(await waitForSsh({ ...wait, stillHope: async () => undefined })).toBe(false)
  const stillHope = () => Promise.reject(new Error('it has ended'))
  await expect(waitForSsh({ ...wait, limitSeconds: 60, stillHope })).rejects.toThrow('it has ended')
})
