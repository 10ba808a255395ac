import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseInventory } from '../../inventory/parse.ts'
import { InventoryError } from '../../inventory/problems.ts'
import { convergeHere } from '../testing/converge-here.ts'
import { labHere } from '../testing/lab-here.ts'
import type { CallTool } from '../tool/call-tool.ts'
import { refuseOddMachines } from './needs.ts'
import { vagrantProvider } from './provider.ts'
import { type Box, guestOf, VagrantStandIn } from './testing/stand-in.ts'

let folder: string
let there: VagrantStandIn
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'own-'))
  mkdirSync(join(folder, 'theirs'))
  writeFileSync(join(folder, 'theirs/Vagrantfile'), '')
})
afterEach(() => rm(folder, { recursive: true }))

const call: CallTool = async (_, { args, env }) => {
  expect(env).toMatchObject({ VAGRANT_CWD: join(folder, 'theirs') })
  const { code, stdout, stderr } = there.answer(args)
  return { code, stdout: Buffer.from(stdout), stderr }
}

function provider(machines: Record<string, Box>, hosts: object = { cp: { machine: 'Master' } }, settings = {}) {
  there = new VagrantStandIn(join(folder, 'theirs'), machines)
  const context = labHere('vagrant', { ...hosts }, { folder: './theirs', ...settings }, join(folder, 'state'))
  const lab = { ...context.lab, file: join(folder, 'lab.yaml') }
  return vagrantProvider({ ...context, lab }, { call, patience: { limit: 5, every: 0.01 } })
}

it('starts machines of their own names, learns keys and addresses, and leaves them to their owner', async () => {
  const own = provider({ Master: { state: 'poweroff' }, other: { state: 'not_created' } })
  expect((await own.find()).get('cp')).toEqual({ is: 'stopped', why: 'it is poweroff' })
  expect(await convergeHere(own.create())).toEqual(['vagrant-machine cp', 'host-key cp'])
  expect((await own.find()).get('cp')).toMatchObject({
    is: 'running',
    address: '192.168.56.10',
    endpoint: { address: '192.168.56.10', port: 22, hostKeyAlias: 'cp' },
  })
  expect(own.hostsStay).toBe(true)
  expect(own.destroy()).toEqual({ shared: [], hosts: new Map() })
  expect(there.machines.other).toEqual({ state: 'not_created' })
})

it('does not take a machine that runs for one that was looked into', async () => {
  const own = provider({ Master: { state: 'running' } })
  expect((await own.find()).get('cp')).toEqual({ is: 'stopped', why: 'it runs, and its host key is yet to be read' })
  expect(await convergeHere(own.create())).toEqual(['host-key cp'])
})

it('points to a machine whose name differs by case only', async () => {
  const own = provider({ CP: { state: 'running' }, worker1: { state: 'running' } }, { cp: {} })
  expect(await own.foresee?.()).toMatchObject([
    {
      code: 'machine-unknown',
      message: 'The Vagrantfile has no machine cp',
      cause: 'there is CP, which differs by the case of its letters',
      next: expect.stringContaining('cp: { machine: CP }'),
    },
  ])
})

const nat = 'eth0    inet 10.0.2.15/24 scope global eth0'
const key = guestOf('x').split('\n')[0]
const guest = (...cards: readonly string[]) =>
  `${[key, ...[0, 1, 2].map(card => `/sys/class/net/eth${card}/device`), ...cards.map((card, index) => `${index + 2}: ${card}`)].join('\n')}\ndefault via 10.0.2.2 dev eth0 \n`

it.each([
  ['only the one behind NAT', guest(nat), {}, 'it has only 10.0.2.15, behind NAT'],
  [
    'bridges of containers, which are no cards',
    guest(nat, 'docker0    inet 172.17.0.1/16', 'cni0    inet 10.244.0.1/24'),
    {},
    'it has only 10.0.2.15, behind NAT',
  ],
  [
    'two to choose from',
    guest(nat, 'eth1    inet 10.1.1.1/24', 'eth2    inet 10.2.2.2/24'),
    {},
    'it has more than one: 10.1.1.1, 10.2.2.2',
  ],
  [
    'none in the network named',
    guest(nat, 'eth1    inet 10.1.1.1/24'),
    { network: '10.9.0.0/16' },
    'it has none in 10.9.0.0/16, only 10.0.2.15, 10.1.1.1',
  ],
])('refuses a machine without an address for others: %s', async (_, says, settings, cause) => {
  const own = provider({ Master: { state: 'running', guest: says } }, undefined, settings)
  await expect(convergeHere(own.create())).rejects.toMatchObject({ failure: { code: 'machine-no-address', cause } })
})

it('takes the address in the network that is named, and the one that Vagrant itself logs in to', async () => {
  const cards = guest(nat, 'eth1    inet 10.1.1.1/24', 'eth2    inet 10.2.2.2/24')
  const named = provider({ Master: { state: 'running', guest: cards } }, undefined, { network: '10.2.0.0/16' })
  await convergeHere(named.create())
  expect((await named.find()).get('cp')).toMatchObject({ address: '10.2.2.2' })
  await rm(join(folder, 'state'), { recursive: true })
  const login = 'Host Master\n  HostName 10.1.1.1\n  User debian\n  Port 22\n  IdentityFile /k\n'
  const direct = provider({ Master: { state: 'running', guest: cards, login } })
  await convergeHere(direct.create())
  expect((await direct.find()).get('cp')).toMatchObject({ address: '10.1.1.1', endpoint: { user: 'debian' } })
})

it('says of a machine behind a ProxyCommand who can reach it', async () => {
  const login = 'Host Master\n  HostName 127.0.0.1\n  User debian\n  Port 22\n  ProxyCommand ssh b nc %h %p\n'
  const own = provider({ Master: { state: 'running', login } })
  await convergeHere(own.create())
  expect((await own.find()).get('cp')).toMatchObject({ is: 'unknown', why: expect.stringContaining('ProxyCommand') })
})

function told(text: string): readonly string[] {
  const file = join(folder, 'lab.yaml')
  try {
    parseInventory(file, `lab: own\nprovider: vagrant\n${text}`, { roleVars: {}, needs: refuseOddMachines })
    return []
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error
    return error.problems.map(({ place, path, message }) => `${place.replace(`${file}:`, '')} ${path}: ${message}`)
  }
}

it('refuses in an inventory what would be read by nobody, and machines of names alike', () => {
  const theirs = 'vagrant: { folder: theirs }\n'
  expect(told(`${theirs}hosts:\n  a: {}\n  b: { machine: B2 }\n`)).toEqual([])
  const addressed = 'hosts:\n  a: { memory: 1G, cpus: 1, address: 192.168.56.30 }\n'
  expect(told(`vagrant: { network: 192.168.56.0/24 }\n${addressed}`)).toEqual([])
  for (const settings of ['', 'vagrant: { network: 192.168.57.0/24 }\n'])
    expect(told(`${settings}${addressed}`)).toEqual([
      expect.stringMatching(/hosts\.a\.address: is not in the network of the hosts$/),
    ])
  expect(told(`${theirs}hosts:\n  a: { memory: 1G }\n`)).toEqual([
    '5:16 hosts.a.memory: your own Vagrantfile says this',
  ])
  expect(told(`${theirs}hosts:\n  a: { machine: N1 }\n  b: { machine: n1 }\n`)).toEqual([
    '6:17 hosts.b.machine: is the machine of a, too, but for the case of its letters',
  ])
  expect(told('vagrant: { folder: gone }\nhosts:\n  a: {}\n')).toEqual(['3:20 vagrant.folder: holds no Vagrantfile'])
  expect(told('hosts:\n  a: { machine: x }\n')).toEqual([
    '4:3 hosts.a: lacks memory or cpus',
    '4:17 hosts.a.machine: is for a Vagrantfile of your own',
  ])
})
