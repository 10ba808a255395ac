import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { AndamioError } from '../../errors.ts'
import { present } from '../../resource/resource.ts'
import { labLayout } from '../lab/layout.ts'
import { convergeHere } from '../testing/converge-here.ts'
import { labHere } from '../testing/lab-here.ts'
import type { CallTool } from '../tool/call-tool.ts'
import { toolMissing } from '../tool/tool.ts'
import { vagrantProvider } from './provider.ts'
import { type Box, exitsWith, guestOf, VagrantStandIn } from './testing/stand-in.ts'
import { vagrant } from './tool.ts'

let home: string
let state: string
let project: string
let there: VagrantStandIn
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'vagrant-'))
  state = join(home, 'test')
  project = join(state, 'vagrant')
  stand({})
})
afterEach(() => {
  vi.unstubAllEnvs()
  return rm(home, { recursive: true })
})

const stand = (machines: Record<string, Box>, folder = project) => {
  there = new VagrantStandIn(folder, machines)
}
const calls = (words: string) => there.calls.filter(call => call.startsWith(words))
const call: CallTool = async (_, { args, env }) => {
  // Beside the project, only whether there is a hypervisor at all.
  if (env?.VAGRANT_CWD !== project) expect(args).toEqual(['status', '--machine-readable'])
  const { code, stdout, stderr } = env?.VAGRANT_CWD === project ? there.answer(args) : there.elsewhere
  return { code, stdout: Buffer.from(stdout), stderr }
}
const size = { memory: '2G', cpus: 1 }
const two = { cp: size, worker1: size }
const provider = (hosts: Readonly<Record<string, object>> = { cp: size }, settings = {}) =>
  vagrantProvider(labHere('vagrant', hosts, settings, state), { call, patience: { limit: 5, every: 0.01 } })

it('writes a project, has its machines made, reads their keys; a second time does nothing', async () => {
  stand({ worker1: { state: 'not_created', guest: guestOf('192.168.56.11') } })
  expect(await convergeHere(provider(two).create())).toEqual([
    'vagrant-network test',
    'vagrant-file Vagrantfile',
    ...['cp', 'worker1'].flatMap(host => [`vagrant-file ${host}`, `vagrant-machine ${host}`, `host-key ${host}`]),
  ])
  expect(calls('up')).toEqual(['up cp --machine-readable', 'up worker1 --machine-readable'])
  const asked = there.calls.length
  const found = await provider(two).find()
  expect(found.get('worker1')).toEqual({
    is: 'running',
    address: '192.168.56.11',
    endpoint: {
      address: '192.168.56.11',
      port: 22,
      user: 'vagrant',
      identityFiles: [`${project}/.vagrant/machines/worker1/virtualbox/private_key`],
      agent: false,
      knownHostsFile: labLayout(state).host('worker1').knownHosts,
      hostKeyAlias: 'worker1',
      jump: [],
    },
  })
  // One question for all, and one more.
  expect(there.calls.slice(asked)).toEqual(['status --machine-readable', 'ssh-config cp worker1'])
  expect(readFileSync(labLayout(state).host('cp').knownHosts, 'utf8')).toMatch(/^cp ssh-ed25519 AAAAC3\S+\n$/)
  expect(JSON.parse(readFileSync(join(project, 'machines/cp.json'), 'utf8'))).toEqual({
    name: 'cp',
    title: 'andamio-test-cp',
    box: 'debian/bookworm64',
    memory: 2048,
    cpus: 1,
    address: '192.168.56.10',
    netmask: '255.255.255.0',
  })
  expect(statSync(join(project, 'Vagrantfile')).mode & 0o777).toBe(0o600)
  expect(await convergeHere(provider(two).create())).toEqual([])
})

it('asks nobody where nothing was ever made', async () => {
  expect((await provider().find()).get('cp')).toEqual({ is: 'absent' })
  expect(await convergeHere(provider().destroy())).toEqual([])
  expect(there.calls).toEqual([])
})

it.each(['poweroff', 'saved', 'aborted', 'shutoff', 'paused'])('starts a machine that is %s', async was => {
  await convergeHere(provider().create())
  there.machines.cp = { state: was }
  expect((await provider().find()).get('cp')).toEqual({ is: 'stopped', why: `it is ${was}`, address: '192.168.56.10' })
  expect(await convergeHere(provider().create())).toEqual(['vagrant-machine cp'])
  expect((await provider().find()).get('cp')).toMatchObject({ is: 'running' })
})

it('waits for one that is on its way, and does not touch one of which nobody knows', async () => {
  await convergeHere(provider().create())
  there.machines.cp = { state: 'stopping', later: ['stopping', 'stopping', 'poweroff'] }
  expect(await convergeHere(provider().create())).toEqual(['vagrant-machine cp'])
  for (const odd of ['inaccessible', 'unknown', 'gurumeditation', 'frobnicating']) {
    there.machines.cp = { state: odd }
    const why = `Vagrant says of its state: ${odd}`
    expect((await provider().find()).get('cp')).toEqual({ is: 'unknown', why })
    await expect(convergeHere(provider().create())).rejects.toMatchObject({ failure: { code: 'state-unknown' } })
  }
  expect(calls('up').length).toBe(2)
})

it('reads the key of a machine that was made anew, and of no other', async () => {
  await convergeHere(provider().create())
  there.answer(['destroy', '--force', 'cp', '--machine-readable'])
  expect((await provider().find()).get('cp')).toEqual({ is: 'absent', address: '192.168.56.10' })
  expect(await convergeHere(provider().create())).toEqual(['vagrant-machine cp', 'host-key cp'])
  there.answer(['destroy', '--force', 'cp', '--machine-readable'])
  there.answer(['up', 'cp', '--machine-readable'])
  expect((await provider().find()).get('cp')).toMatchObject({ why: 'it runs, and its host key is yet to be read' })
  expect(await convergeHere(provider().create())).toEqual(['host-key cp'])
  expect(calls('ssh cp').length).toBe(3)
})

it('removes its machines, those of hosts that left the inventory too, and the project', async () => {
  stand({ worker1: { state: 'not_created', guest: guestOf('192.168.56.11') } })
  await convergeHere(provider(two).create())
  expect(await convergeHere(provider().destroy())).toEqual(
    expect.arrayContaining([
      'vagrant-machine cp',
      'vagrant-machine worker1',
      'host-key worker1',
      'vagrant-network test',
    ]),
  )
  expect(calls('destroy')).toEqual([
    'destroy --force cp --machine-readable',
    'destroy --force worker1 --machine-readable',
  ])
  expect(await convergeHere(provider().destroy())).toEqual([])
  expect(existsSync(join(project, 'machines'))).toBe(false)
})

it('tells what Vagrant complains of, and what to do', async () => {
  there.upFails = exitsWith('ProviderNotFound', "The provider 'libvirt' could not be found, but was requested.")
  await expect(convergeHere(provider({ cp: size }, { hypervisor: 'libvirt' }).create())).rejects.toMatchObject({
    failure: {
      code: 'tool-failed',
      message: 'vagrant up failed',
      cause: "Vagrant::Errors::ProviderNotFound: The provider 'libvirt' could not be found, but was requested.",
      next: expect.stringContaining('vagrant plugin install vagrant-libvirt'),
    },
  })
  there.version = '2.1.5'
  expect(await provider().foresee?.()).toMatchObject([{ code: 'tool-too-old', message: 'vagrant 2.1.5 is too old' }])
})

it('knows some things of a machine that is to be made of the usual box, and nothing of any other', () => {
  const nfs = ['cp', 'apt-packages', 'nfs-kernel-server'] as const
  expect(provider().pristine(...nfs)).toEqual({ is: 'absent' })
  expect(provider({ cp: size }, { box: 'generic/debian12' }).pristine(...nfs)).toBeUndefined()
})

it('remembers what the first machine of a box has told, by the version of the box', async () => {
  const boxes = join(home, 'vagrant.d/boxes/debian-VAGRANTSLASH-bookworm64')
  vi.stubEnv('VAGRANT_HOME', join(home, 'vagrant.d'))
  const swap = ['swap', 'off'] as const
  const told = new Map([[{ kind: 'swap', id: 'off' }, present({ active: [], atBoot: true })]])
  const first = provider()
  await convergeHere(first.create())
  first.learns?.('cp', told)
  expect(provider().pristine('worker1', ...swap)).toBeUndefined()
  for (const version of ['12.9.1', '12.20250126.1']) mkdirSync(join(boxes, version), { recursive: true })
  // One that was there before this run may be no longer as its box was.
  provider().learns?.('cp', told)
  expect(provider().pristine('worker1', ...swap)).toBeUndefined()
  first.learns?.('cp', told)
  expect(provider().pristine('worker1', ...swap)).toEqual(present({ active: [], atBoot: true }))
  mkdirSync(join(boxes, '12.20250301.1'))
  expect(provider().pristine('worker1', ...swap)).toBeUndefined()
})

it('takes no network of another lab', async () => {
  for (const [lab, subnet] of [
    ['one', '192.168.56.0/24'],
    ['two', '192.168.57.0/24'],
  ] as const) {
    state = join(home, lab)
    project = join(state, 'vagrant')
    stand({ cp: { state: 'not_created', guest: guestOf(subnet.replace('0/24', '10')) } })
    await convergeHere(provider().create())
    expect(JSON.parse(readFileSync(labLayout(state).network, 'utf8'))).toMatchObject({ subnet })
  }
})

it('knows how to log in to all others where one is not ready', async () => {
  stand({ worker1: { state: 'not_created', guest: guestOf('192.168.56.11') } })
  await convergeHere(provider(two).create())
  there.notReady = 'cp'
  const found = await provider(two).find()
  expect(found.get('worker1')).toMatchObject({ is: 'running', address: '192.168.56.11' })
  expect(found.get('cp')).toEqual({
    is: 'unknown',
    why: 'vagrant ssh-config failed: The provider for this Vagrant-managed machine is reporting that it is not yet ready for SSH.',
  })
})

it('does not know of its machines where Vagrant is gone, and says how to get it', async () => {
  await convergeHere(provider().create())
  const gone: CallTool = () => Promise.reject(new AndamioError(toolMissing(vagrant)))
  const without = vagrantProvider(labHere('vagrant', two, {}, state), { call: gone })
  const found = await without.find()
  expect(found.get('cp')).toMatchObject({ is: 'unknown', why: expect.stringContaining('not installed') })
  expect(found.get('worker1')).toEqual({ is: 'absent' })
  expect(await without.foresee?.()).toMatchObject([{ code: 'tool-missing', next: expect.stringContaining('apt-get') }])
})

it('says how a machine comes to the size that its inventory gives it by now', async () => {
  await convergeHere(provider().create())
  expect(await provider().leavesAsIs?.()).toEqual([])
  const grown = provider({ cp: { memory: '4G', cpus: 2 } })
  expect(await grown.leavesAsIs?.()).toEqual([
    `cp keeps the size that it has until it starts anew (memory: 2048 MiB, not 4G; cpus: 1, not 2). To have it now, after this run: cd ${project} && vagrant reload cp`,
  ])
})
