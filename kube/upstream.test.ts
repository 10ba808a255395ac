import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { originsFrom, upstreamOrigins, upstreamSource, upstreamVars } from './upstream.ts'

const key = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nbody\n-----END PGP PUBLIC KEY BLOCK-----\n'
const never = new AbortController().signal
const ways = { mirror: true }
let server: Server
let answers: { status: number; body: string }[]
let asked: string[]

beforeEach(async () => {
  asked = []
  answers = []
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    const { status, body } = answers.shift() ?? { status: 200, body: key }
    response.writeHead(status).end(body)
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

function origins() {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    kubernetes: { url, keyUrl: `${url}/kubernetes.key`, fingerprint: 'A' },
    docker: { url: `${url}/docker`, keyUrl: `${url}/docker.key`, fingerprint: 'B' },
  }
}

test('upstream is a source with its keys as they are today', async () => {
  const { kubernetes, docker } = origins()
  expect(await upstreamSource(never, { kubernetes, docker }, ways)).toEqual({
    kubernetes: { url: kubernetes.url, key, fingerprint: 'A' },
    docker: { url: docker.url, key, fingerprint: 'B' },
    mirrors: {},
  })
  expect(asked.sort()).toEqual(['/docker.key', '/kubernetes.key'])
})

test('a server that stumbles is asked again', async () => {
  answers = [{ status: 503, body: '' }]
  await expect(upstreamSource(never, origins(), ways)).resolves.toMatchObject({ kubernetes: { key }, docker: { key } })
  expect(asked).toHaveLength(3)
})

test('what is no key is refused at once, and the error says where it came from', async () => {
  const bad = [
    { status: 404, body: 'gone' },
    { status: 200, body: '<html>Please log in to this network</html>' },
  ]
  for (const answer of bad) {
    answers = [answer, answer]
    asked = []
    const { kubernetes, docker } = origins()
    await expect(upstreamSource(never, { kubernetes, docker }, ways)).rejects.toMatchObject({
      failure: {
        code: 'upstream-key-unreadable',
        message: `The keys of ${kubernetes.url} and ${docker.url} cannot be read.`,
        place: `${kubernetes.keyUrl}\n${docker.keyUrl}`,
        cause: expect.not.stringContaining(';'),
      },
    })
    expect(asked.length).toBeLessThanOrEqual(2)
  }
})

test('of two keys the one that is not read is told alone', async () => {
  const { kubernetes, docker } = origins()
  const elsewhere = { ...docker, keyUrl: 'http://127.0.0.1:9/docker.key' }
  await expect(upstreamSource(never, { kubernetes, docker: elsewhere }, { mirror: false })).rejects.toMatchObject({
    failure: {
      message: `The key of ${docker.url} cannot be read.`,
      place: elsewhere.keyUrl,
      next: expect.stringContaining('{ dockerUrl: ..., dockerKeyUrl: ... }'),
    },
  })
})

test('a server that is not there is named with the system’s reason', async () => {
  const gone = origins()
  await new Promise(done => server.close(done))
  await expect(upstreamSource(never, gone, ways)).rejects.toMatchObject({
    failure: { place: expect.stringMatching(/\.key$/), cause: expect.stringContaining('ECONNREFUSED') },
  })
})

test('what it advises can be done: a mirror only where hosts reach one, else a copy of upstream', async () => {
  const next = async (mirror: boolean): Promise<string> => {
    answers = [404, 404].map(status => ({ status, body: '' }))
    const error = await upstreamSource(never, origins(), { mirror }).catch(error => error)
    return error.failure.next
  }
  expect(await next(true)).toContain('source: mirror')
  const advice = await next(false)
  expect(advice).not.toContain('mirror')
  const variables = [...advice.matchAll(/(\w+): \.\.\./g)].map(([, name]) => name)
  expect(variables).toHaveLength(4)
  expect(Object.keys(upstreamVars)).toEqual(expect.arrayContaining(variables))
})

test('an inventory may name a copy of upstream, or only the key that signs it', () => {
  expect(originsFrom()).toEqual(upstreamOrigins)
  const { kubernetes, docker } = originsFrom({ kubernetesFingerprint: 'A', dockerUrl: 'https://copy.internal/docker' })
  expect(kubernetes).toEqual({ ...upstreamOrigins.kubernetes, fingerprint: 'A' })
  expect(docker).toEqual({ ...upstreamOrigins.docker, url: 'https://copy.internal/docker' })
})
