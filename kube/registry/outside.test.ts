import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openAuthority } from '../../engine/pki/authority.ts'
import type { Reach } from '../../engine/resource/probe.ts'
import { image } from '../images/image.ts'
import { imagePlace, imageReference } from '../images/place.ts'
import { outsideRegistry } from './outside.ts'

/** A registry as Docker's: it takes tokens alone, which another door of it gives for a password, each for one repository. */
let folder: string
let server: Server
let asked: string[]
let scheme: 'Bearer' | 'Basic'
let port: number
const basic = `Basic ${btoa('somebody:the password')}`

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-outside-'))
  asked = []
  scheme = 'Bearer'
  const authority = await openAuthority(folder, 'demo')
  const { key, certificate } = await authority.server('registry', ['127.0.0.1'])
  await writeFile(join(folder, 'password'), 'the password\n', { mode: 0o600 })
  server = createServer({ key: key.reveal(), cert: certificate }, (request, answer) => {
    const url = new URL(request.url ?? '', 'https://registry')
    const { authorization } = request.headers
    asked.push(`${request.method} ${url.pathname} ${authorization?.split(' ')[0] ?? '-'}`)
    if (url.pathname === '/token') {
      const token = `${url.searchParams.get('service')} ${url.searchParams.get('scope')}`
      return authorization === basic
        ? answer.end(JSON.stringify({ token, expires_in: 300 }))
        : answer.writeHead(401).end()
    }
    const wanted = scheme === 'Basic' ? basic : 'Bearer the service repository:somebody/probe:pull,push'
    if (authorization !== wanted) {
      const realm = `https://127.0.0.1:${port}/token`
      return answer.writeHead(401, { 'www-authenticate': `${scheme} realm="${realm}",service="the service"` }).end()
    }
    const status = { HEAD: 404, POST: 202, PUT: 201 }[request.method ?? ''] ?? 500
    request.resume().on('end', () => answer.writeHead(status, { location: '/v2/somebody/probe/blobs/uploads/1' }).end())
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  port = (server.address() as AddressInfo).port
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true })
})

const named = (over = {}) => ({
  registry: `127.0.0.1:${port}`,
  account: 'somebody',
  passwordFile: join(folder, 'password'),
  caFile: join(folder, 'pki/ca.crt'),
  ...over,
})
const reach = { mayWrite: async () => undefined, signal: new AbortController().signal } as Partial<Reach> as Reach
const open = async (over = {}) => {
  const session = await outsideRegistry(named(over)).open(reach)
  if (session.is !== 'present') throw new Error(`it is ${session.is}`)
  return session.state
}
const built = {
  manifest: { mediaType: 'application/vnd.oci.image.manifest.v1+json', content: Buffer.from('{}'), digest: 'sha256:0' },
  blobs: [{ digest: 'sha256:1', bytes: 1, content: Buffer.from('x') }],
}

test('the password goes where tokens are given, and one token serves a whole push', async () => {
  const { reader, writerFor, close } = await open()
  const writer = writerFor('registry')
  expect(await reader.digestOf('somebody/probe', 'x')).toEqual({ is: 'absent' })
  await writer.push('somebody/probe', 'x', built)
  await close()
  const tokens = asked.filter(one => one.includes('/token'))
  expect(asked.slice(0, 3)).toEqual([
    'HEAD /v2/somebody/probe/manifests/x -',
    'GET /token Basic',
    'HEAD /v2/somebody/probe/manifests/x Bearer',
  ])
  expect(tokens).toHaveLength(1)
  expect(asked.filter(one => one.endsWith('Basic'))).toEqual(tokens)
  expect(asked.at(-1)).toBe('PUT /v2/somebody/probe/manifests/x Bearer')
})

test('a registry that wants the password itself gets it, once it has asked', async () => {
  scheme = 'Basic'
  const { reader, close } = await open()
  expect(await reader.digestOf('somebody/probe', 'x')).toEqual({ is: 'absent' })
  await close()
  expect(asked).toEqual(['HEAD /v2/somebody/probe/manifests/x -', 'HEAD /v2/somebody/probe/manifests/x Basic'])
})

test('a wrong password is told, and not tried again', async () => {
  await writeFile(join(folder, 'password'), 'another')
  const { reader, writerFor, close } = await open()
  const writer = writerFor('registry')
  expect(await reader.digestOf('somebody/probe', 'x')).toMatchObject({
    is: 'unknown',
    why: expect.stringContaining('gives no token for this account: it answered 401'),
  })
  const before = asked.length
  await expect(writer.push('somebody/probe', 'x', built)).rejects.toThrow('gives no token')
  await close()
  expect(asked.length - before).toBeLessThanOrEqual(2)
})

test.each([
  ['no such file', { passwordFile: '/nowhere/password' }, 'ENOENT'],
  ['no file at all', { passwordFile: '' }, 'none is named'],
  ['a path that hangs on where one stands', { passwordFile: 'password' }, 'is relative'],
])('%s is refused before anything is asked', async (_, over, cause) => {
  await expect(open(over)).rejects.toMatchObject({
    failure: { code: 'registry-access', cause: expect.stringContaining(cause) },
  })
  expect(asked).toEqual([])
})

test('a password that others may read is refused', async () => {
  await chmod(join(folder, 'password'), 0o640)
  await expect(open()).rejects.toMatchObject({ failure: { cause: expect.stringContaining('others may read it') } })
})

test('an image is called there as nodes will ask for it', () => {
  const source = { name: 'probe', folder, platform: 'linux/amd64', tag: 'x' }
  const place = imagePlace(named({ registry: 'docker.io' }))
  expect(imageReference(source, place)).toBe('docker.io/somebody/probe:x')
  expect(image(source, place).id).toBe('docker.io/somebody/probe')
  expect(() => imagePlace(named({ account: '' }))).toThrow('cannot be pushed to 127.0.0.1')
})
