import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import type { Run } from '../../engine/play/run.ts'
import { present } from '../../engine/resource/resource.ts'
import { ask } from './http.ts'
import { probe } from './probe.ts'
import { TestBytes } from './test-bytes.ts'
import { sameBytes, transfers } from './transfers.ts'

const servers: Server[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => new Promise(resolve => server.close(resolve))))
})

async function listen(answer: RequestListener, port = 0, address = '127.0.0.1'): Promise<string> {
  const server = createServer(answer)
  servers.push(server)
  await new Promise<void>(resolve => server.listen(port, address, resolve))
  return `http://${address}:${(server.address() as AddressInfo).port}`
}

const signal = new AbortController().signal
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('base64')

describe('test bytes', () => {
  it('are the same at every reading, and their hash is that of what is read', () => {
    const bytes = new TestBytes(150_001)
    const [once, again] = [Buffer.concat([...bytes.pieces()]), Buffer.concat([...bytes.pieces()])]
    expect(once.equals(again)).toBe(true)
    expect([once.length, sha256(once)]).toEqual([150_001, bytes.digest()])
  })

  it('are others each time, and none that repeat', () => {
    expect(new TestBytes(100).digest()).not.toBe(new TestBytes(100).digest())
    const [first, second] = [...new TestBytes(131_072).pieces()]
    expect(first?.equals(second as Buffer)).toBe(false)
  })
})

/** Three nodes with a pod each, as the probe's NodePorts show them, on addresses of loopback; all see the same files. */
async function nodes(spoil: (name: string, body: Buffer) => Buffer = (_, body) => body) {
  const files = new Map<string, Buffer>()
  const connections = new Set<unknown>()
  const store = async (question: IncomingMessage, path: string) => {
    const body = await buffer(question)
    if (question.headers['content-digest'] !== `sha-256=:${sha256(body)}:`) return 422
    if (Number(question.headers['content-length']) !== body.length) return 400
    files.set(path, body)
    return 201
  }
  const names = ['a', 'b', 'c']
  const addresses = new Map(names.map((name, i) => [name, `127.9.9.${i + 1}`]))
  for (const [name, address] of addresses)
    for (const port of [probe.nodePort, probe.localNodePort])
      await listen(
        async (question, answer) => {
          connections.add(question.socket)
          const { url = '' } = question
          if (question.method === 'PUT') answer.writeHead(await store(question, url)).end()
          else answer.end(spoil(name, files.get(url) ?? Buffer.of()))
        },
        port,
        address,
      )
  const pods = names.map(nodeName => ({ spec: { nodeName }, status: { phase: 'Running' } }))
  const run = {
    signal,
    api: async () => present({ reader: { list: async () => pods } }),
    reach: () => ({ hostsOf: () => names, addressOf: (name: string) => addresses.get(name) }),
  }
  return { run: run as unknown as Run, connections }
}

describe('a transfer', () => {
  it('goes through every node, each time on a connection of its own', async () => {
    const { run, connections } = await nodes()
    const saw = await transfers(1, { bothWays: true }).look(run)
    expect(saw).toMatch(/^written on a in \S+ s, equal on b, c and through a, b, c, both ways$/)
    // One write and five reads, then a write and a read for each node.
    expect(connections.size).toBe(12)
  })

  it('that one node alters fails by the hash of what came', async () => {
    const { run } = await nodes((name, body) => (name === 'c' ? Buffer.from(body).fill(0, 7, 8).fill(1, 8, 9) : body))
    const looking = transfers(1, { bothWays: false }).look(run)
    await expect(looking).rejects.toThrow(/^GET http:\/\/127\.9\.9\.3:30080\/files\/verify-1: SHA-256 \S+, sent /)
  })
})

it('a body that is cut fails the check by what came of it, and is not taken for a bug', async () => {
  const url = await listen((_, answer) => {
    answer.writeHead(200, { 'content-length': 10 })
    answer.write('abc', () => answer.destroy())
  })
  await expect(sameBytes(url, '', signal)).rejects.toThrow(`GET ${url}: cut after 3 bytes: aborted`)
})

it('an answer that is no says why, also to a body that nobody reads to its end', async () => {
  const url = await listen((_, answer) => answer.writeHead(507).end('the disk is full'))
  await expect(sameBytes(url, '', signal)).rejects.toThrow(`GET ${url}: 507 the disk is full`)
  const body = new TestBytes(50_000_000).pieces()
  const answer = await ask('PUT', url, { body, limitMs: 20_000, signal })
  expect(answer.statusCode).toBe(507)
  answer.destroy()
})

it('no answer is told by its reason: nobody listens, it takes too long, or the run is interrupted', async () => {
  const silent = await listen(() => undefined)
  await expect(ask('GET', 'http://127.0.0.1:1/', { limitMs: 20_000, signal })).rejects.toThrow(
    'GET http://127.0.0.1:1/: connect ECONNREFUSED',
  )
  await expect(ask('GET', silent, { limitMs: 50, signal })).rejects.toThrow(/^GET \S+: .*timeout/)
  const interrupt = new AbortController()
  const asking = ask('GET', silent, { limitMs: 20_000, signal: interrupt.signal })
  interrupt.abort(new Error('interrupted'))
  await expect(asking).rejects.toThrow(`GET ${silent}: interrupted`)
  servers.at(-1)?.closeAllConnections()
})
