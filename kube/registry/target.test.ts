import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import { type AddressInfo, createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeAuthority, makeServer } from '../../engine/pki/x509.ts'
import type { Reach } from '../../engine/resource/probe.ts'
import { type Answer, absent, present } from '../../engine/resource/resource.ts'
import { openRegistryIdentity } from './identity.ts'
import { labRegistry } from './lab-registry.ts'
import { registry } from './target.ts'

let folder: string
/** Nobody else listens on this address: all of 127/8 is loopback. */
const address = '127.77.13.5'

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-target-'))
})
afterEach(() => rm(folder, { recursive: true }))

const reach = (readOn: Answer<string>, over: Partial<Reach> = {}): Reach => ({
  lab: 'demo',
  stateFolder: folder,
  hostsOf: group => (group === labRegistry.group ? ['nfs'] : []),
  addressOf: () => address,
  readOn: async () => readOn,
  takesPart: () => true,
  tunnelTo: () => undefined,
  mayWrite: async () => undefined,
  waiting: () => undefined,
  signal: new AbortController().signal,
  ...over,
})

async function tagOf(lab: Reach): Promise<Answer<string>> {
  const session = await registry.open(lab)
  if (session.is !== 'present') return session
  const answer = await session.state.reader.digestOf('probe', 'x')
  await session.state.close()
  return answer
}

test('before its host exists there is no registry', async () => {
  expect(await tagOf(reach(absent, { addressOf: () => undefined }))).toEqual(absent)
})

test('nobody listens: absent where the program is not installed, else nobody knows', async () => {
  await openRegistryIdentity(folder, 'demo', address)
  expect(await tagOf(reach(present('missing\n')))).toEqual(absent)
  expect(await tagOf(reach(present('there\n')))).toMatchObject({
    is: 'unknown',
    why: expect.stringContaining('ECONNREFUSED'),
  })
})

test('a registry whose password this machine has lost is not known, and not absent', async () => {
  expect(await tagOf(reach(present('there\n')))).toMatchObject({ is: 'unknown' })
})

test('only its own 404 makes a tag absent; another status is no answer; two questions at once are one round trip', async () => {
  const { key, certificate } = await openRegistryIdentity(folder, 'demo', address)
  let status = 404
  const server = createServer({ key: key.reveal(), cert: certificate }, (_, answer) => {
    answer.writeHead(status, { 'docker-content-digest': 'sha256:1' }).end()
  })
  await new Promise<void>(done => server.listen(labRegistry.pullPort, address, done))
  try {
    expect(await tagOf(reach(present('there\n')))).toEqual(absent)
    status = 200
    expect(await tagOf(reach(present('there\n')))).toEqual(present('sha256:1'))
    for (status of [401, 500]) {
      expect(await tagOf(reach(present('missing\n')))).toMatchObject({
        is: 'unknown',
        why: expect.stringContaining(String(status)),
      })
    }
    status = 200
    const session = await registry.open(reach(present('there\n')))
    if (session.is !== 'present') throw new Error('it is there')
    await Promise.all(['x', 'y'].map(tag => session.state.reader.digestOf('probe', tag)))
    expect(session.state.roundTrips()).toBe(1)
    await session.state.close()
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

test('behind a jump host it is asked through the connection to its host, and proves itself all the same', async () => {
  const [{ key, certificate }, other] = await Promise.all([
    openRegistryIdentity(folder, 'demo', address),
    makeAuthority('somebody', 2).then(authority => makeServer(authority, [labRegistry.name], 2)),
  ])
  let server: Server
  const opened: unknown[] = []
  const behind = reach(present('there\n'), {
    // Nobody listens there: whoever went past the tunnel would be refused.
    tunnelTo: host => async (port, at) => {
      opened.push([host, port, at])
      return createConnection((server.address() as AddressInfo).port, '127.0.0.1')
    },
  })
  const ask = async (pair: { readonly key: string; readonly cert: string }) => {
    server = createServer(pair, (_, answer) => answer.writeHead(200, { 'docker-content-digest': 'sha256:1' }).end())
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
    return tagOf(behind).finally(() => server.close())
  }
  expect(await ask({ key: key.reveal(), cert: certificate })).toEqual(present('sha256:1'))
  expect(await ask({ key: other.key, cert: other.certificate })).toMatchObject({ is: 'unknown' })
  expect(opened).toEqual(Array(2).fill(['nfs', labRegistry.pullPort, 'among']))
})
