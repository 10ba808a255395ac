import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AndamioError } from '../../engine/errors.ts'
import { LeaseRefused } from '../../engine/resource/permission.ts'
import { present } from '../../engine/resource/resource.ts'
import { push as pushed } from '../images/image.ts'
import type { Image } from '../images/oci-layout.ts'
import { openRegistryIdentity } from './identity.ts'
import { labRegistry } from './lab-registry.ts'
import { registry } from './target.ts'

const address = '127.77.13.6'
const image: Image = {
  manifest: { mediaType: 'application/vnd.oci.image.manifest.v1+json', content: Buffer.from('{}'), digest: 'sha256:0' },
  blobs: [{ digest: 'sha256:1', bytes: 1, content: Buffer.from('x') }],
}
let folder: string
let server: Server
let asked: string[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-push-'))
  asked = []
  const { key, certificate } = await openRegistryIdentity(folder, 'demo', address)
  server = createServer({ key: key.reveal(), cert: certificate }, (request, answer) => {
    asked.push(request.method ?? '')
    const status = { HEAD: 404, POST: 202, PUT: 201 }[request.method ?? ''] ?? 500
    request.resume().on('end', () => answer.writeHead(status, { location: '/v2/probe/blobs/uploads/1' }).end())
  })
  await new Promise<void>(done => server.listen(labRegistry.pushPort, address, done))
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await rm(folder, { recursive: true })
})

async function push(mayWrite: () => Promise<void>): Promise<void> {
  const session = await registry.open({
    ...{ lab: 'demo', stateFolder: folder, hostsOf: () => ['nfs'], addressOf: () => address },
    ...{
      readOn: async () => present('there\n'),
      takesPart: () => true,
      tunnelTo: () => undefined,
      mayWrite,
      waiting: () => undefined,
    },
    signal: new AbortController().signal,
  })
  if (session.is !== 'present') throw new Error(`the registry is ${session.is}`)
  await pushed(session.state.writerFor('registry'), { name: 'probe', tag: 'x' }, image).finally(() =>
    session.state.close(),
  )
}

test('a push may be asked for before each of its writes', async () => {
  let permits = 0
  await push(async () => {
    permits++
  })
  expect([asked, permits]).toEqual([['HEAD', 'POST', 'PUT', 'PUT'], 3])
})

test.each([
  new LeaseRefused({ code: 'lease-lost', message: 'lost' }),
  new AndamioError({ code: 'lease-failed', message: 'the disk is full' }),
])('a push that may not go on ends by that error alone, and is not tried again', async refused => {
  let permits = 0
  const third = async () => {
    if (++permits === 3) throw refused
  }
  await expect(push(third)).rejects.toBe(refused)
  expect(asked).toEqual(['HEAD', 'POST', 'PUT'])
})

test('what the registry itself refuses is said to be the push that failed', async () => {
  server.removeAllListeners('request').on('request', (_, answer) => answer.writeHead(401).end())
  await expect(push(async () => undefined)).rejects.toMatchObject({
    failure: { code: 'push-failed', cause: expect.stringContaining('the registry answered 401') },
  })
})
