import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createSecureServer, type Http2SecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { SshEndpoint } from '../../engine/connection/connection.ts'
import { knownHostLine } from '../../engine/connection/known-hosts.ts'
import { reconnecting } from '../../engine/connection/reconnect.ts'
import { connectSsh } from '../../engine/connection/ssh.ts'
import { sshEndpoint } from '../../engine/connection/testing/endpoint.ts'
import { type FaultyWire, startFaultyWire } from '../../engine/connection/testing/faulty-wire.ts'
import { type KeyPair, makeKey } from '../../engine/connection/testing/keys.ts'
import { type Sshd, startSshd } from '../../engine/connection/testing/sshd.ts'
import { makeAuthority, makeServer } from '../../engine/pki/x509.ts'
import { Run } from '../../engine/play/run.ts'
import { labOf, strictProvider } from '../../engine/play/testing/lab.ts'
import type { Reach } from '../../engine/resource/probe.ts'
import { type Answer, present } from '../../engine/resource/resource.ts'
import { cluster } from './cluster.ts'

const folder = mkdtempSync(join(tmpdir(), 'andamio-tunnel-'))
/** Of this machine, and nothing listens there: who asks the API without the tunnel is refused. */
const unreachable = '127.9.9.9'
const authority = await makeAuthority('cluster', 1)
const identity = await makeServer(authority, ['kubernetes'], 1)
let user: KeyPair
let bastion: Sshd
let controlPlane: Sshd
let wire: FaultyWire
let server: Http2SecureServer
let run: Run
let asked: string[]

beforeAll(async () => {
  const host = makeKey(folder, 'host')
  user = makeKey(folder, 'user')
  bastion = await startSshd(folder, { host: [host], user })
  controlPlane = await startSshd(folder, { host: [host], user })
  wire = await startFaultyWire(bastion.port)
  writeFileSync(join(folder, 'known_hosts'), knownHostLine('here', host.publicKey))
})
afterAll(async () => {
  await Promise.all([wire.close(), bastion.close(), controlPlane.close()])
  rmSync(folder, { recursive: true })
})

beforeEach(async () => {
  asked = []
  server = createSecureServer({ cert: identity.certificate, key: identity.key })
  server.on('stream', (stream, headers) => {
    asked.push(`${headers[':method']} ${headers[':path']}`)
    stream.respond({ ':status': 200, 'content-type': 'application/json' })
    stream.end(JSON.stringify({ metadata: { name: headers[':path']?.split('/').at(-1) } }))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  run = runBehind([endpoint(wire.port)])
  await run.find()
})
afterEach(async () => {
  await run.close()
  await new Promise(resolve => server.close(resolve))
})

const endpoint = (port: number, jump: readonly SshEndpoint[] = []): SshEndpoint => {
  const knownHostsFile = join(folder, 'known_hosts')
  return sshEndpoint({ port, identityFiles: [user.file], knownHostsFile, hostKeyAlias: 'here', jump })
}

function runBehind(jump: readonly SshEndpoint[]): Run {
  const found = { is: 'running', endpoint: endpoint(controlPlane.port, jump), address: unreachable } as const
  const lab = labOf(['cp'], { 'control-plane': ['cp'] })
  return new Run({
    ...{ options: { playbook: 'test', check: false, forks: 1, yes: true }, lab, stateFolder: folder },
    provider: strictProvider({ cp: found }),
    emit: () => undefined,
    signal: new AbortController().signal,
    connect: host => reconnecting(() => connectSsh(host, found.endpoint)),
  })
}

/** As kubeadm writes it; the address in it is the cluster's own, which the operator need not reach. */
function adminConf(ca = authority.certificate): Answer<string> {
  const port = (server.address() as AddressInfo).port
  const base64 = (pem: string) => Buffer.from(pem).toString('base64')
  return present(
    JSON.stringify({
      clusters: [
        { name: 'lab', cluster: { server: `https://10.0.0.1:${port}`, 'certificate-authority-data': base64(ca) } },
      ],
      users: [
        {
          user: {
            'client-certificate-data': base64(identity.certificate),
            'client-key-data': base64(identity.key),
          },
        },
      ],
    }),
  )
}

async function session(conf = adminConf(), waiting: Reach['waiting'] = run.reach().waiting) {
  const opened = await cluster.open({ ...run.reach(), addressOf: () => unreachable, readOn: async () => conf, waiting })
  if (opened.is !== 'present') throw new Error(`the cluster is ${opened.is}`)
  return opened.state
}

const node = (name: string) => ({ apiVersion: 'v1', kind: 'Node', name })

test('an API behind a jump host is asked through it, and those that ask at once share the way', async () => {
  const { reader, writerFor, roundTrips, close } = await session()
  const writer = writerFor('cluster')
  const names = ['a', 'b', 'c']
  const found = await Promise.all(names.map(name => reader.get(node(name))))
  expect(found.map(object => object?.metadata.name)).toEqual(names)
  expect(roundTrips()).toBe(1)
  await writer.patch(node('a'), { metadata: { labels: { seen: 'yes' } } })
  expect(asked.at(-1)).toMatch(/^PATCH .*\/nodes\/a/)
  await close()
})

test('what a write for a host waits for is told in the name of that host', async () => {
  const waits: string[] = []
  const told = (target: string, what: string) => void waits.push(`${target}: ${what}`)
  const { writerFor, close } = await session(adminConf(), told)
  await writerFor('worker3').until('its pods', 30, async () => waits.length > 0 || 'none is there')
  expect(waits).toEqual(['worker3: its pods'])
  await close()
})

test('without a jump host there is no tunnel', async () => {
  expect(run.reach().tunnelTo('cp')).toBeDefined()
  run = runBehind([])
  await run.find()
  expect(run.reach().tunnelTo('cp')).toBeUndefined()
})

test('a server of another authority is refused at the end of the tunnel, and not asked', async () => {
  const { reader, close } = await session(adminConf((await makeAuthority('other', 1)).certificate))
  await expect(reader.get(node('a'))).rejects.toMatchObject({
    exit: 69,
    failure: { code: 'cluster-unreachable', cause: expect.stringMatching(/certificate/i) },
  })
  expect(asked).toEqual([])
  await close()
})

test('a way that breaks is found again', async () => {
  const { reader, close } = await session()
  await reader.get(node('a'))
  wire.cutAfter(1)
  const again = reader.get(node('b'))
  await expect.poll(() => wire.cuts).toBeGreaterThan(0)
  wire.cutAfter(Number.POSITIVE_INFINITY)
  expect((await again)?.metadata.name).toBe('b')
  await close()
})

test('a port that nobody listens on is an error in time, not a hang', async () => {
  const conf = adminConf()
  await new Promise(resolve => server.close(resolve))
  const { reader, close } = await session(conf)
  await expect(reader.get(node('a'))).rejects.toMatchObject({ failure: { code: 'cluster-unreachable' } })
  await close()
})
