/**
 * The least that a transfer can be: a TLS 1.3 stream between two Node processes, hashed at both ends, written to a file
 * and synced at one. No frames, no requests, no limits, no resume.
 *
 *   bare receive CREDENTIALS FILE       prints its port, then takes one file
 *   bare send CREDENTIALS FILE PORT     prints the seconds from its first byte until the receiver has answered
 */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { connect, createServer, type TLSSocket } from 'node:tls'

const [role, credentials = '', file = '', port] = process.argv.slice(2)
const read = (name: string): string => readFileSync(join(credentials, name), 'utf8')
const highWaterMark = 256 * 1024

function hashing() {
  const hash = createHash('sha256')
  const transform = (chunk: Buffer, _: unknown, done: (error: null, chunk: Buffer) => void): void => {
    hash.update(chunk)
    done(null, chunk)
  }
  return { hash, stream: new Transform({ transform, highWaterMark }) }
}

async function receive(socket: TLSSocket): Promise<void> {
  const { hash, stream } = hashing()
  await pipeline(socket, stream, createWriteStream(file, { highWaterMark, flush: true }))
  socket.end(hash.digest('hex'))
}

async function send(): Promise<void> {
  const host = { host: '127.0.0.1', port: Number(port), servername: 'file-manager.andamio.internal' }
  const socket = connect({ ...host, ca: read('ca.crt') })
  await once(socket, 'secureConnect')
  const began = performance.now()
  const { hash, stream } = hashing()
  let answer = ''
  socket.on('data', chunk => {
    answer += String(chunk)
  })
  const answered = once(socket, 'end')
  await pipeline(createReadStream(file, { highWaterMark }), stream, socket)
  await answered
  if (answer !== hash.digest('hex')) throw new Error('the sums differ')
  console.log((performance.now() - began) / 1000)
}

if (role === 'send') await send()
else {
  const certificate = { cert: read('tls.crt'), key: read('tls.key'), minVersion: 'TLSv1.3' } as const
  const server = createServer({ ...certificate, allowHalfOpen: true })
  server.on('secureConnection', socket => void receive(socket).then(() => server.close()))
  server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
}
