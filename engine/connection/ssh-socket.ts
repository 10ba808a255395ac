import { Socket } from 'node:net'

/**
 * A socket for ssh2, about to connect. Nagle's algorithm would delay every command by 40 ms; but ssh2 writes each packet
 * in three parts, and without it each would travel by itself and wake the host. So what is written in one go leaves in one.
 */
export function sshSocket(address: string, port: number): Socket {
  // To connect takes back what `write` was before.
  const socket = new Socket().setNoDelay(true).connect(port, address)
  const write = socket.write.bind(socket) as (...args: readonly unknown[]) => boolean
  socket.write = (...args: readonly unknown[]): boolean => {
    if (socket.writableCorked === 0) {
      socket.cork()
      process.nextTick(() => socket.uncork())
    }
    return write(...args)
  }
  return socket
}
