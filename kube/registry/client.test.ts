import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LeaseRefused } from '../../engine/resource/permission.ts'
import type { Image } from '../images/oci-layout.ts'
import { RegistryClient } from './client.ts'

let folder: string
let server: Server
/** What was asked for, and what each digest or tag holds by now. */
const asked: string[] = []
const held = new Map<string, Buffer>()
const digestOf = (content: Buffer) => `sha256:${createHash('sha256').update(content).digest('hex')}`

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-client-'))
  asked.length = 0
  held.clear()
  server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://registry')
    asked.push(`${request.method} ${url.pathname}`)
    const content = await buffer(request)
    const name = url.searchParams.get('digest') ?? url.pathname.slice(url.pathname.lastIndexOf('/') + 1)
    if (request.method === 'HEAD') return response.writeHead(held.has(name) ? 200 : 404).end()
    if (request.method === 'POST') return response.writeHead(202, { location: 'http://elsewhere/place?state=7' }).end()
    const whole = url.pathname !== '/place' || (url.searchParams.get('state') === '7' && digestOf(content) === name)
    if (whole) held.set(name, content)
    return response.writeHead(whole ? 201 : 400).end(whole ? '' : 'DIGEST_INVALID')
  })
  await new Promise<void>(resolve => server.listen(join(folder, 's'), resolve))
})
afterEach(async () => {
  await new Promise(resolve => server.close(resolve))
  await rm(folder, { recursive: true })
})

async function image(): Promise<Image> {
  const [config, layer, content] = [Buffer.from('config'), Buffer.from('layer'), Buffer.from('manifest')]
  const file = join(folder, 'layer')
  await writeFile(file, layer)
  return {
    manifest: { mediaType: 'application/vnd.oci.image.manifest.v1+json', content, digest: digestOf(content) },
    blobs: [
      { digest: digestOf(layer), bytes: layer.length, file },
      { digest: digestOf(config), bytes: config.length, content: config },
    ],
  }
}

const client = (mayWrite?: () => Promise<void>) =>
  new RegistryClient({ socket: join(folder, 's'), signal: new AbortController().signal }, mayWrite)

test('pushes blobs from files and from memory, the manifest last, and none of them twice', async () => {
  const [pushing, whole] = [client(), await image()]
  await pushing.push('probe', 'x', whole)
  expect([...held.values()].map(String)).toEqual(['layer', 'config', 'manifest'])
  const first = asked.splice(0)
  expect(first.at(-1)).toBe('PUT /v2/probe/manifests/x')
  expect(first).toHaveLength(7)
  await pushing.push('probe', 'x', whole)
  expect(asked.filter(line => !line.startsWith('HEAD'))).toEqual(['PUT /v2/probe/manifests/x'])
  pushing.close()
})

test('a blob that is not what its digest says is an error, and no tag names its image', async () => {
  const [pushing, whole] = [client(), await image()]
  const wrong = { digest: `sha256:${'0'.repeat(64)}`, bytes: 1, content: Buffer.from('x') }
  await expect(pushing.push('probe', 'x', { ...whole, blobs: [wrong] })).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('DIGEST_INVALID'),
  })
  expect(held.has('x')).toBe(false)
  pushing.close()
})

test('a run that may not act any more sends nothing that writes', async () => {
  const refusing = client(() =>
    Promise.reject(new LeaseRefused({ code: 'lease-held', message: 'another run took it' })),
  )
  await expect(refusing.push('probe', 'x', await image())).rejects.toThrow(LeaseRefused)
  expect(asked.every(line => line.startsWith('HEAD'))).toBe(true)
  refusing.close()
})
