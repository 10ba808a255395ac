import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface FaultyWire {
  readonly port: number
  /** Hangs up on everyone once so many more bytes have come from the server. */
  cutAfter(bytes: number): void
  /** Carries nothing any more, either way, and tells nobody: a peer whose power is gone. */
  fallSilent(): void
  close(): Promise<void>
}

/** A TCP relay on loopback that can be made to fail. */
export async function startFaultyWire(target: number, port = 0): Promise<FaultyWire> {
  const sockets = new Set<Socket>()
  let left = Number.POSITIVE_INFINITY
  let silent = false
  const server = createServer(near => {
    const far = connect(target, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        if (!silent) for (const other of [near, far]) other.destroy()
      })
    }
    near.on('data', data => silent || far.write(data))
    far.on('data', data => {
      if (silent) return
      near.write(data.subarray(0, left))
      left -= data.length
      if (left <= 0) near.destroySoon()
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    cutAfter: bytes => {
      left = bytes
    },
    fallSilent: () => {
      silent = true
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
