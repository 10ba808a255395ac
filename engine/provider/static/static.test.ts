import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import type { SshEndpoint } from '../../connection/connection.ts'
import { knownHostLine } from '../../connection/known-hosts.ts'
import { connectSsh } from '../../connection/ssh.ts'
import { type KeyPair, makeKey } from '../../connection/testing/keys.ts'
import { type Sshd, startSshd } from '../../connection/testing/sshd.ts'
import { parseInventory } from '../../inventory/parse.ts'
import { InventoryError } from '../../inventory/problems.ts'
import { refuseUnplaced } from './addresses.ts'
import { staticProvider } from './static.ts'

const home = mkdtempSync(join(tmpdir(), 'static-'))
let keys: { readonly host: readonly KeyPair[]; readonly user: KeyPair }
let hosts: readonly Sshd[]

beforeAll(async () => {
  mkdirSync(join(home, '.ssh'))
  keys = { host: [makeKey(home, 'host')], user: makeKey(home, 'user') }
  hosts = [await startSshd(home, keys), await startSshd(home, keys)]
  const known = hosts.map(({ port }) => knownHostLine(`[127.0.0.1]:${port}`, keys.host[0]?.publicKey as Buffer))
  writeFileSync(join(home, '.ssh', 'known_hosts'), known.join(''))
})
beforeEach(() => {
  vi.stubEnv('HOME', home)
  vi.stubEnv('SSH_AUTH_SOCK', undefined)
})
afterEach(() => vi.unstubAllEnvs())
afterAll(async () => {
  await Promise.all(hosts.map(host => host.close()))
  rmSync(home, { recursive: true })
})

const parse = (rest: string) =>
  parseInventory(join(home, 'lab.yaml'), `lab: own\nprovider: static\n${rest}`, { roleVars: {}, needs: refuseUnplaced })

async function find(config: string, rest: string): Promise<Record<string, SshEndpoint & { among: string }>> {
  writeFileSync(join(home, '.ssh', 'config'), config)
  const lab = parse(rest)
  const found = await staticProvider({ lab, stateFolder: '', cacheFolder: '', emit: () => undefined }).find()
  const endpoints = [...found].flatMap(([name, host]) =>
    host.is === 'running' ? [[name, { ...host.endpoint, among: host.address }]] : [],
  )
  return Object.fromEntries(endpoints)
}

async function run(endpoint: SshEndpoint | undefined): Promise<string> {
  const connection = await connectSsh('w1', endpoint as SshEndpoint, { patienceSeconds: 1 })
  try {
    return (await connection.exec('echo "$SSH_CONNECTION"', { timeoutSeconds: 5 })).stdout.toString().trim()
  } finally {
    await connection.close()
  }
}

/** Of a host that only ~/.ssh/config knows, behind another. */
const config = () => `Host w1
  HostName 127.0.0.1
  Port ${hosts[1]?.port}
  IdentityFile ${keys.user.file}
  ProxyJump gate
Host gate
  HostName 127.0.0.1
  Port ${hosts[0]?.port}
  IdentityFile ${keys.user.file}
`

it('logs in to a host that only ~/.ssh/config knows, through a host that only it knows', async () => {
  const { w1 } = await find(config(), 'hosts:\n  w1: { groups: [workers] }\n')
  expect(w1?.jump).toHaveLength(1)
  expect(await run(w1)).toContain(`127.0.0.1 ${hosts[1]?.port}`)
})

it('shows an agent no key but those that IdentityFile names, where IdentitiesOnly says so', async () => {
  const agent = spawn('ssh-agent', ['-D', '-a', join(home, 'agent')], { stdio: 'ignore' })
  try {
    const add = (file: string) =>
      once(spawn('ssh-add', ['-q', file], { env: { ...process.env, SSH_AUTH_SOCK: join(home, 'agent') } }), 'exit')
    await vi.waitFor(async () => expect(await add(makeKey(home, 'first').file)).toEqual([0, null]), 5000)
    for (const name of ['second', 'third']) await add(makeKey(home, name).file)
    await add(keys.user.file)
    // The key itself is with the agent alone.
    writeFileSync(join(home, 'shown.pub'), `${keys.user.publicLine}\n`)
    const strict = await startSshd(home, keys, ['MaxAuthTries 2'])
    try {
      writeFileSync(join(home, 'known'), knownHostLine(`[127.0.0.1]:${strict.port}`, keys.host[0]?.publicKey as Buffer))
      const text = (only: string) => `Host w1
  HostName 127.0.0.1
  Port ${strict.port}
  UserKnownHostsFile ~/known
  IdentityAgent ~/agent
  IdentityFile ~/shown
  IdentitiesOnly ${only}
`
      const host = 'hosts:\n  w1: { groups: [workers] }\n'
      expect(await run((await find(text('yes'), host)).w1)).toContain(`127.0.0.1 ${strict.port}`)
      await expect(run((await find(text('no'), host)).w1)).rejects.toThrow()
    } finally {
      await strict.close()
    }
  } finally {
    agent.kill()
    await once(agent, 'exit')
  }
})

it('says which lines had a part in it when a host does not answer', async () => {
  const text = 'Host w1\n  HostName 127.0.0.1\n  Port 9\n  User me\n  IdentityFile ~/user\n'
  const { w1 } = await find(text, 'hosts:\n  w1: { groups: [workers] }\n')
  await expect(run(w1)).rejects.toMatchObject({
    failure: { place: 'w1 (me@127.0.0.1:9, by ~/.ssh/config:2, ~/.ssh/config:3, ~/.ssh/config:4, ~/.ssh/config:5)' },
  })
})

it('reads another file, or none, where the inventory says so', async () => {
  writeFileSync(join(home, 'mine'), 'Host *\n  User other\n')
  const host = (file: string) => `static: { sshConfig: ${file} }\nhosts:\n  w1: { address: 192.0.2.1 }\n`
  expect((await find('User own\n', host('./mine'))).w1?.user).toBe('other')
  expect((await find('User own\n', host('none'))).w1?.user).toBe('root')
  await expect(find('', host('./gone'))).rejects.toThrow('there is no such file')
})

it('tells first what is wrong in the inventory, then what is wrong in ssh_config', async () => {
  const host = 'hosts:\n  w1: { address: 192.0.2.1 }\n'
  await expect(find('User "own\n', `${host}vars: { wrong: {} }\n`)).rejects.toThrow('unknown role wrong')
  await expect(find('User "own\n', host)).rejects.toThrow('is not closed')
})

it('gives each host of a range its own addresses', async () => {
  const range = 'hosts:\n  "w[01:03]": { address: "192.0.2.[11:13]", internal: "10.0.0.[1:5:2]", port: 2222 }\n'
  const found = await find('', `static: { user: ann }\n${range}`)
  const seen = Object.entries(found).map(([name, { address, among, port, user }]) => [name, address, among, port, user])
  expect(seen).toEqual([
    ['w01', '192.0.2.11', '10.0.0.1', 2222, 'ann'],
    ['w02', '192.0.2.12', '10.0.0.3', 2222, 'ann'],
    ['w03', '192.0.2.13', '10.0.0.5', 2222, 'ann'],
  ])
})

it('gives hosts an address for each other, also where they are known by name', async () => {
  const named = 'hosts:\n  a: { address: localhost }\n  b: { address: no-such-host.invalid }\n'
  const found = await find('', named)
  expect(Object.values(found).map(({ address, among }) => [address, among])).toEqual([
    ['localhost', '127.0.0.1'],
    ['no-such-host.invalid', 'no-such-host.invalid'],
  ])
})

function told(config: string, rest: string): readonly string[] {
  writeFileSync(join(home, '.ssh', 'config'), config)
  try {
    parse(rest)
    return []
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error
    return error.problems.map(({ place, path, message }) => `${place.replace(/^.*lab.yaml:/, '')} ${path}: ${message}`)
  }
}

it.each([
  [
    'a host without an address',
    'Host w2\n  HostName 192.0.2.2\n',
    'w1: {}\n  w2: {}',
    ['4:3 hosts.w1: has no address'],
  ],
  [
    'two names of one machine',
    'Host alias\n  HostName 192.0.2.1\n',
    'w1: { address: 192.0.2.1 }\n  w2: { address: alias }',
    ['5:18 hosts.w2.address: is at the address of w1, too: 192.0.2.1'],
  ],
  [
    'fewer addresses than hosts',
    '',
    '"w[1:3]": { address: "192.0.2.[1:2]" }',
    ['4:24 hosts.w[1:3].address: expected as many addresses as hosts, 3, got 2'],
  ],
  [
    'a range that leaves the network',
    '',
    '"w[1:2]": { address: "a[1:2].lan", internal: "10.0.0.[255:256]" }',
    ['4:48 hosts.w[1:2].internal: expected an IPv4 address such as 10.20.0.11, got "10.0.0.[255:256]"'],
  ],
])('refuses %s', (_, config, hosts, expected) => {
  expect(told(config, `hosts:\n  ${hosts}\n`)).toEqual(expected)
})
