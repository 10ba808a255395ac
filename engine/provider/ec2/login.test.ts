import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { knownHostLine, knownName } from '../../connection/known-hosts.ts'
import { sshEndpoint } from '../../connection/testing/endpoint.ts'
import { type KeyPair, makeKey } from '../../connection/testing/keys.ts'
import { type Sshd, startSshd } from '../../connection/testing/sshd.ts'
import { labLayout } from '../lab/layout.ts'
import { endpointTo } from './find.ts'
import { answers, loginOf } from './login.ts'
import { seenInstance } from './seen.ts'

const home = mkdtempSync(join(tmpdir(), 'ec2-login-'))
const realHome = process.env.HOME
let bastion: Sshd
let target: Sshd
let user: KeyPair

beforeAll(async () => {
  mkdirSync(join(home, '.ssh'))
  const [host, own] = [makeKey(home, 'host'), makeKey(join(home, '.ssh'), 'id_ed25519')]
  user = own
  bastion = await startSshd(home, { host: [host], user })
  target = await startSshd(home, { host: [host], user })
  const lines = [knownName('127.0.0.1', bastion.port), 'cp'].map(name => knownHostLine(name, host.publicKey))
  writeFileSync(join(home, '.ssh', 'known_hosts'), lines.join(''))
  process.env.HOME = home
})
afterAll(async () => {
  process.env.HOME = realHome
  await bastion.close()
  rmSync(home, { recursive: true })
})

test('those on the way are logged in to by the keys and files of ssh, the host by those of the lab', () => {
  const login = loginOf('ubuntu', [`root@127.0.0.1:${bastion.port}`])
  const layout = labLayout('/state')
  const seen = seenInstance({ InstanceId: 'i-1', PrivateIpAddress: '10.0.0.9', PublicIpAddress: '198.51.100.9' })
  const endpoint = endpointTo({ layout, login }, 'cp', seen)
  expect(endpoint).toMatchObject({ address: '10.0.0.9', user: 'ubuntu', identityFiles: [layout.loginKey] })
  expect(endpoint?.jump).toMatchObject([{ user: 'root', port: bastion.port, identityFiles: [user.file] }])
  expect(endpointTo({ layout, login: loginOf('ubuntu') }, 'cp', seen)?.address).toBe('198.51.100.9')
  expect(endpointTo({ layout, login }, 'cp', seenInstance({ InstanceId: 'i-1' }))).toBeUndefined()
})

test('a host behind others is waited for where they are', async () => {
  const { jump } = loginOf('root', [`127.0.0.1:${bastion.port}`])
  const knownHostsFile = join(home, '.ssh', 'known_hosts')
  const way = { port: target.port, identityFiles: [user.file], knownHostsFile, hostKeyAlias: 'cp' }
  expect(await answers('cp', sshEndpoint({ ...way, jump }), 20, undefined)).toBe(true)
  // Who cannot be told from somebody else is no host to be waited for.
  const stranger = answers('cp', sshEndpoint({ ...way, hostKeyAlias: 'nobody', jump }), 20, undefined)
  await expect(stranger).rejects.toMatchObject({ failure: { code: 'host-key-unknown' } })
  await target.close()
  expect(await answers('cp', sshEndpoint({ ...way, jump }), 1, undefined)).toBe(false)
  expect(await answers('cp', sshEndpoint(way), 1, undefined)).toBe(false)
})
