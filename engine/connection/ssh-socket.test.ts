import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import { sshSocket } from './ssh-socket.ts'

it('sends in one go what is written in one go, and at once', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = sshSocket('127.0.0.1', (server.address() as AddressInfo).port)
  const [[peer]] = (await Promise.all([once(server, 'connection'), once(socket, 'connect')])) as [[Socket], unknown]
  let came = ''
  peer.on('data', part => {
    came += part
  })
  for (const packet of ['one', 'two']) {
    // A socket that nothing holds back hands each on within the call.
    for (const part of [packet.slice(0, 1), packet.slice(1), '.']) socket.write(part)
    expect(socket.writableLength).toBe(4)
    await new Promise(resolve => setImmediate(resolve))
    expect(socket.writableLength).toBe(0)
  }
  socket.end()
  await once(peer, 'end')
  expect(came).toBe('one.two.')
  peer.end()
  server.close()
})
