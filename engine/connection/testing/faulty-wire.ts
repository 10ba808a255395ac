import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface FaultyWire {
  readonly port: number
  /** How often it has hung up. */
  readonly cuts: number
  /** How many pieces from its near end it has kept to itself since it fell silent. */
  readonly swallowed: number
  /** Hangs up on everyone once so many more bytes have passed, both ways together. */
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
  let cuts = 0
  let swallowed = 0
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
    const carry = (from: Socket, to: Socket): void => {
      from.on('data', data => {
        if (silent && from === near) swallowed++
        if (silent) return
        to.write(data.subarray(0, Math.max(0, left)))
        left -= data.length
        if (left > 0) return
        cuts++
        to.destroySoon()
      })
    }
    carry(near, far)
    carry(far, near)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    get cuts() {
      return cuts
    },
    get swallowed() {
      return swallowed
    },
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
