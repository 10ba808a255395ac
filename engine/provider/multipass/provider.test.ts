import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { AndamioError } from '../../errors.ts'
import type { Emit } from '../../report/events.ts'
import { present } from '../../resource/resource.ts'
import { labLayout } from '../lab/layout.ts'
import { convergeHere } from '../testing/converge-here.ts'
import { labHere } from '../testing/lab-here.ts'
import type { CallTool } from '../tool/call-tool.ts'
import { toolMissing } from '../tool/tool.ts'
import { MultipassClient } from './client.ts'
import { multipassProvider } from './provider.ts'
import { recordName } from './record.ts'
import { comesUp, multipassHere, size } from './testing/multipass-here.ts'
import { multipass } from './tool.ts'

const here = multipassHere()
const { provider, stand, calls, ours } = here
const failed = (stderr: string) => ({ code: 2, stdout: '', stderr: `${stderr}\n` })

it('launches an instance with our key and host key, waits for its address, and a second time does nothing', async () => {
  stand({}, comesUp())
  expect(await convergeHere(provider().create())).toEqual(['login-key test', 'host-key cp', 'multipass-instance cp'])
  const found = (await provider().find()).get('cp')
  expect(found).toMatchObject({ is: 'running', address: '192.0.2.7', endpoint: { user: 'ubuntu', hostKeyAlias: 'cp' } })
  expect(await convergeHere(provider().create())).toEqual([])

  const [launch = ''] = calls('launch')
  expect(launch).toMatch(/^launch 24\.04 --name test-cp-[0-9a-f]{8} --cpus 2 --memory 2G --disk 16G .*--cloud-init -$/)
  const { hostKey, knownHosts } = labLayout(here.state).host('cp')
  const secret = readFileSync(hostKey, 'utf8')
  expect(launch).not.toContain(secret.split('\n')[1])
  const { userData = '' } = here.standIn.remembered.instances[ours('cp')] ?? {}
  expect(parse(userData)).toEqual({
    hostname: 'cp',
    ssh_authorized_keys: [readFileSync(`${labLayout(here.state).loginKey}.pub`, 'utf8').trim()],
    ssh_pwauth: false,
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: secret, ed25519_public: readFileSync(`${hostKey}.pub`, 'utf8').trim() },
  })
  expect(readFileSync(knownHosts, 'utf8')).toMatch(/^cp ssh-ed25519 /)
  expect(statSync(join(labLayout(here.state).host('cp').folder, 'instance.json')).mode & 0o777).toBe(0o600)
})

it('knows some things of an instance that is to be made, unless it is of another release', () => {
  const containerd = ['cp', 'apt-packages', 'containerd.io'] as const
  expect(provider().pristine(...containerd)).toEqual({ is: 'absent' })
  expect(provider({ cp: size }, { release: 'lts' }).pristine(...containerd)).toBeUndefined()
})

it('remembers what the first instance of a release has told', async () => {
  stand({}, comesUp())
  const swap = ['swap', 'off'] as const
  const told = new Map([[{ kind: 'swap', id: 'off' }, present({ active: [], atBoot: true })]])
  provider().learns?.('cp', told)
  expect(provider().pristine('cp', ...swap)).toBeUndefined()
  const first = provider()
  await convergeHere(first.create())
  first.learns?.('cp', told)
  expect(provider().pristine('cp', ...swap)).toEqual(present({ active: [], atBoot: true }))
  expect(provider({ cp: size }, { release: 'lts' }).pristine('cp', ...swap)).toBeUndefined()
  expect(provider({ cp: { ...size, disk: '5G' } }).pristine('cp', ...swap)).toBeUndefined()
})

it('foretells an instance that is not there with its size, and asks nobody', async () => {
  const { hosts } = provider({ cp: { ...size, disk: '20G' } }).create()
  const [, instance] = hosts.get('cp') ?? []
  expect((await provider().find()).get('cp')).toEqual({ is: 'absent' })
  expect(instance?.diff({ is: 'absent' }, { change: () => false })).toEqual([
    { attribute: 'state', before: null, after: 'running' },
    { attribute: 'release', before: null, after: '24.04' },
    { attribute: 'cpus', before: null, after: 2 },
    { attribute: 'memory', before: null, after: '2G' },
    { attribute: 'disk', before: null, after: '20G' },
  ])
  expect(here.standIn.calls).toEqual([])
})

it('goes on with an instance that a run before has begun, and launches no second one', async () => {
  recordName(labLayout(here.state).host('cp'), 'test-cp-00c0ffee')
  stand({ 'test-cp-00c0ffee': { state: 'Starting', ipv4: [], later: comesUp().guest.later } })
  expect(await convergeHere(provider().create())).toContain('multipass-instance cp')
  expect(calls('launch')).toEqual([])
})

it.each(['Stopped', 'Suspended', 'Delayed Shutdown', 'STOPPED', 'Deleted'])('starts one that is %s', async was => {
  recordName(labLayout(here.state).host('cp'), 'test-cp-00c0ffee')
  stand({ 'test-cp-00c0ffee': { state: was, ipv4: [] } })
  expect((await provider().find()).get('cp')).toMatchObject({ is: 'stopped' })
  expect(await convergeHere(provider().create())).toContain('multipass-instance cp')
  expect((await provider().find()).get('cp')).toMatchObject({ is: 'running' })
  expect(calls('recover').length).toBe(was === 'Deleted' ? 1 : 0)
  expect(calls('launch')).toEqual([])
})

it.each(['Unknown', 'Unavailable', 'Frobnicating'])('does nothing to one that is %s, but removes it', async was => {
  recordName(labLayout(here.state).host('cp'), 'test-cp-00c0ffee')
  stand({ 'test-cp-00c0ffee': { state: was, ipv4: [] } })
  expect((await provider().find()).get('cp')).toEqual({
    is: 'unknown',
    why: `Multipass says of its state: ${was.toLowerCase()}`,
  })
  await expect(convergeHere(provider().create())).rejects.toMatchObject({ failure: { code: 'state-unknown' } })
  expect(calls('start')).toEqual([])
  expect(await convergeHere(provider().destroy())).toContain('multipass-instance cp')
})

it('removes what it has made, that of hosts which left the inventory too, and nothing else', async () => {
  stand({})
  await convergeHere(provider({ cp: size, worker1: size }).create())
  const gone = ours('worker1')
  const theirs = { state: 'Running', ipv4: ['192.0.2.8'] }
  stand({ ...here.standIn.remembered.instances, cp: theirs, 'test-cp': theirs, 'test-cp-deadbeef': theirs })
  expect(await convergeHere(provider().destroy())).toEqual(
    expect.arrayContaining(['multipass-instance cp', 'multipass-instance worker1', 'host-key cp', 'login-key test']),
  )
  expect(Object.keys(here.standIn.remembered.instances)).toEqual(['cp', 'test-cp', 'test-cp-deadbeef'])
  expect(calls(`delete --purge ${gone}`).length).toBe(1)
  expect(calls('purge')).toEqual([])
  expect(await convergeHere(provider().destroy())).toEqual([])
})

it('takes the address in the network that the inventory names', async () => {
  recordName(labLayout(here.state).host('cp'), 'test-cp-00c0ffee')
  const ipv4 = ['10.244.0.1', 'N/A', '192.0.2.7']
  stand({ 'test-cp-00c0ffee': { state: 'Running', ipv4 } })
  const found = async (settings: object) => (await provider({ cp: size }, settings).find()).get('cp')
  expect(await found({ network: '192.0.2.0/24' })).toMatchObject({ is: 'running', address: '192.0.2.7' })
  expect(await found({ network: '198.51.100.0/24' })).toEqual({
    is: 'stopped',
    why: 'it runs, and Multipass knows no address in 198.51.100.0/24, only 10.244.0.1, 192.0.2.7',
  })
})

it('tells what of its size an instance does not have', async () => {
  stand({}, comesUp())
  await convergeHere(provider().create())
  expect(await provider().leavesAsIs?.()).toEqual([])
  const [sentence = '', ...more] = (await provider({ cp: { memory: '4G', cpus: 1 } }).leavesAsIs?.()) ?? []
  expect(more).toEqual([])
  expect(sentence).toContain('cp stays as it was made (cpus: 2, not 1; memory: 1.9 GiB, not 4G)')
  expect(sentence).toContain(`multipass set local.${ours('cp')}.memory=4G`)
})

it('goes on where a launch is said to have failed, tells of it, and the instance comes up all the same', async () => {
  const told = failed('launch failed: timed out waiting for initialization to complete')
  stand({}, { told, ...comesUp() })
  const details: string[] = []
  const emit: Emit = event => event.type === 'wait' && event.detail && details.push(event.detail)
  expect(await convergeHere(provider({ cp: size }, {}, emit).create())).toContain('multipass-instance cp')
  expect(details).toContain(`it is starting; multipass launch: ${told.stderr.trim()}`)
})

it('tells why there is none where a launch fails, and what to do; the next run launches under the same name', async () => {
  const told = failed('launch failed: Unable to find an image matching "24.04"')
  stand({}, { told, guest: null })
  await expect(convergeHere(provider().create())).rejects.toMatchObject({
    failure: {
      code: 'tool-failed',
      message: 'multipass launch failed',
      cause: 'launch failed: Unable to find an image matching "24.04"',
      next: expect.stringContaining('multipass find'),
    },
  })
  const name = ours('cp')
  stand({})
  expect(await convergeHere(provider().create())).toEqual(['multipass-instance cp'])
  expect(Object.keys(here.standIn.remembered.instances)).toEqual([name])
})

it('refuses where others have made a lab of that name, whatever the case of its letters', async () => {
  const theirs = { state: 'Running', ipv4: [] }
  stand({ 'Test-cp-DEADBEEF': theirs, 'test-cp': theirs, 'test-cp-mine': theirs, 'x-00c0ffee': theirs })
  expect(await provider().foresee?.()).toMatchObject([
    { code: 'lab-name-taken', place: 'multipass list: Test-cp-DEADBEEF' },
  ])
  await expect(provider().preflight()).rejects.toMatchObject({ failure: { code: 'lab-name-taken' } })
})

it('refuses a version that is too old', async () => {
  here.standIn.remembered.version = '1.10.1'
  expect(await provider().foresee?.()).toMatchObject([
    { code: 'tool-too-old', message: 'multipass 1.10.1 is too old', cause: 'its option --memory came with 1.11' },
  ])
})

it('does not know of its instances where Multipass is gone, and says how to get it', async () => {
  await convergeHere(provider().create())
  const gone: CallTool = () => Promise.reject(new AndamioError(toolMissing(multipass)))
  const client = new MultipassClient(undefined, gone)
  const without = multipassProvider(labHere('multipass', { cp: size, worker1: size }, {}, here.state), { client })
  const found = await without.find()
  expect(found.get('cp')).toEqual({ is: 'unknown', why: 'multipass is not installed on this machine' })
  expect(found.get('worker1')).toEqual({ is: 'absent' })
  expect(await without.foresee?.()).toMatchObject([
    { code: 'tool-missing', next: expect.stringContaining('snap install') },
  ])
})

it('gives up on an instance that comes to no address, and says what it was waited for', async () => {
  stand({}, { guest: { later: [{ state: 'Running' }] } })
  const hasty = provider({ cp: size }, {}, undefined, { limit: 0.05, every: 0.01 })
  await expect(convergeHere(hasty.create())).rejects.toMatchObject({
    failure: { code: 'instance-did-not-run', cause: 'it runs, and Multipass knows no address of it' },
  })
})

it('goes on where a start is said to have failed and the instance comes up, and ends where it does not', async () => {
  recordName(labLayout(here.state).host('cp'), 'test-cp-00c0ffee')
  stand({ 'test-cp-00c0ffee': { state: 'Stopped', ipv4: [] } })
  here.standIn.remembered.start = { state: 'Starting', later: comesUp().guest.later }
  await convergeHere(provider().create())
  expect((await provider().find()).get('cp')).toMatchObject({ is: 'running' })
  stand({ 'test-cp-00c0ffee': { state: 'Stopped', ipv4: [] } })
  here.standIn.remembered.start = { state: 'Stopped' }
  await expect(convergeHere(provider().create())).rejects.toMatchObject({
    failure: { code: 'tool-failed', cause: 'start failed: timed out waiting for response' },
  })
  expect(calls('start').length).toBe(1)
})
