import type { Socket } from 'node:net'

/** Address and port of the other end: no two sockets that are open share it. */
export const peerOf = (socket: Socket): string => `${socket.remoteAddress} ${socket.remotePort}`
