import { expect, test } from 'vitest'
import type { HostProbe } from '../resource/probe.ts'
import { absent, present, type WillChange } from '../resource/resource.ts'
import { sha256 } from './content.ts'
import { file } from './file.ts'
import { readFreshness } from './freshness.ts'
import { mount, mountUnit } from './mount.ts'
import { type UnitState, unitProbe } from './systemd-probe.ts'
import { systemdUnit, unitRef } from './systemd-unit.ts'

const nothing = { change: () => false }
const conf = file({ path: '/etc/a.conf', content: '' })
const wish = systemdUnit({ name: 'a', enabled: true, running: true, freshAfter: [conf] })
const state: UnitState = { load: 'loaded', active: 'active', enabled: 'enabled', stale: [], file: null, mounted: null }
const diff = (found: Partial<UnitState>, will: WillChange = nothing) => wish.diff(present({ ...state, ...found }), will)
const reads = [{ attribute: 'has read', before: 'an older /etc/a.conf', after: 'the current one' }]

test('a unit that runs with its files as they are is nothing to do', () => {
  expect(diff({})).toEqual([])
  expect(diff({ enabled: 'static' })).toEqual([])
})

test('a unit that fstab generates is enabled, but not where a file of ours takes its place', () => {
  const generated = present({ ...state, enabled: 'generated' })
  expect(systemdUnit({ name: 'mnt-a.mount', enabled: true }).diff(generated, nothing)).toEqual([])
  const ours = mount({ what: 'tmpfs', where: '/mnt/a', type: 'tmpfs' })
  expect(ours.diff(generated, nothing).filter(({ attribute }) => attribute === 'enabled')).toEqual([
    { attribute: 'enabled', before: false, after: true },
  ])
})

test('somebody’s file that cannot be enabled is not enough where ours, which can be, takes its place', () => {
  const enabled = (content: string, found = 'static') =>
    systemdUnit({ name: 'a', unitFile: content, enabled: true })
      .diff(present({ ...state, enabled: found }), nothing)
      .filter(({ attribute }) => attribute === 'enabled')
  expect(enabled('[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n')).toEqual([
    { attribute: 'enabled', before: false, after: true },
  ])
  expect(enabled('[Service]\nExecStart=/bin/true\n')).toEqual([])
  expect(enabled('[Service]\nExecStart=/bin/true\n', 'alias')).toHaveLength(1)
})

test('a file that changed, or is about to, means a restart; the dry run and the run say the same', () => {
  expect(diff({ stale: ['/etc/a.conf'] })).toEqual(reads)
  expect(diff({}, { change: ref => ref.kind === 'file' && ref.id === '/etc/a.conf' })).toEqual(reads)
})

test('a unit that does not run is started; what it had read does not matter', () => {
  const started = [{ attribute: 'running', before: false, after: true }]
  for (const active of ['inactive', 'failed', 'activating'])
    expect(diff({ active, stale: ['/etc/a.conf'] })).toEqual(started)
  expect(wish.diff(absent, nothing)).toEqual([{ attribute: 'enabled', before: false, after: true }, ...started])
})

test('what is not wished is left alone, and off is a wish', () => {
  expect(systemdUnit({ name: 'a', enabled: true }).diff(present({ ...state, active: 'failed' }), nothing)).toEqual([])
  const off = systemdUnit({ name: 'a', enabled: false, running: false })
  expect(off.diff(present({ ...state, stale: ['x'] }), nothing).map(change => change.attribute)).toEqual([
    'enabled',
    'running',
  ])
  expect(off.diff(absent, nothing)).toEqual([])
})

const hash = (text: string) => sha256(text).slice('sha256:'.length)
const answer = (parts: {
  marker?: string
  fileTime: number
  startTime: number
  invocation?: string
  read?: string
  beside?: string
}) =>
  (unitProbe({ unit: 'a.service', inputs: ['/etc/a.conf'] }) as HostProbe<UnitState>).parse(
    [
      '%% units\nId=a.service\nNames=a.service b.service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled',
      `InvocationID=${parts.invocation ?? 'abc1'}\nNeedDaemonReload=no\nDropInPaths=${parts.read ?? ''}`,
      `%% drop-ins\n${parts.beside ?? ''}\n%% files\n%% markers`,
      ...(parts.marker ?? '')
        .split('\n')
        .filter(Boolean)
        .map(line => `/run/andamio/fresh/a.service:${line}`),
      `%% times\n${parts.startTime} /run/systemd/units/invocation:a.service\n${parts.fileTime} /etc/a.conf`,
      `%% sums\n${hash('now')}  /etc/a.conf\n%% mounts`,
    ].join('\n'),
  )
const stale = (found: ReturnType<typeof answer>) => (found.is === 'present' ? found.state.stale : found.is)

test('our marker decides by content, whatever the clocks say', () => {
  const marker = (text: string) => `abc1\n${hash(text)}  /etc/a.conf`
  expect(stale(answer({ marker: marker('now'), fileTime: 9, startTime: 5 }))).toEqual([])
  expect(stale(answer({ marker: marker('then'), fileTime: 1, startTime: 5 }))).toEqual(['/etc/a.conf'])
})

test('without a marker for this invocation, clocks decide; a tie counts as older', () => {
  const foreign = `def2\n${hash('now')}  /etc/a.conf`
  for (const marker of ['', foreign]) {
    expect(stale(answer({ marker, fileTime: 1, startTime: 5 }))).toEqual([])
    expect(stale(answer({ marker, fileTime: 5, startTime: 5 }))).toEqual(['/etc/a.conf'])
  }
  expect(stale(answer({ fileTime: 9, startTime: 5, invocation: '' }))).toEqual([])
})

test('of a unit that starts no process, whose start no clock tells, systemd is asked whether it has read its file', () => {
  const [own, other] = ['/etc/systemd/system/a.timer', '/etc/a.conf']
  const output = (link: string) => `%% markers\n%% times\n${link}9 ${own}\n9 ${other}\n%% sums\n%% mounts`
  const read = (link: string) => readFreshness(output(link), 'a.timer', 'abc1', [other, own], own)
  expect(read('')).toEqual([other])
  expect(read('5 /run/systemd/units/invocation:a.timer\n')).toEqual([other, own])
})

test('settings beside the unit that systemd has not read make it stale, whatever systemd says', () => {
  const beside = '/etc/systemd/system/a.service.d/one.conf\n/usr/lib/systemd/system/a.service.d/two.conf'
  const times = { fileTime: 1, startTime: 5, beside }
  expect(stale(answer(times))).toEqual(['unit files'])
  expect(stale(answer({ ...times, read: '/etc/systemd/system/a.service.d/one.conf' }))).toEqual(['unit files'])
  // Of two with one name systemd reads the one of /etc.
  const read = '/etc/systemd/system/a.service.d/one.conf /run/systemd/system/a.service.d/two.conf'
  expect(stale(answer({ ...times, read }))).toEqual([])
  expect(stale(answer({ ...times, beside: '/etc/systemd/system/aa.service.d/one.conf' }))).toEqual([])
})

test('a unit is found by any of its names, and silence about it is no answer', () => {
  const output =
    '%% units\nId=b.service\nNames=b.service alias.service\nLoadState=loaded\n%% drop-ins\n%% files\n%% markers\n%% times\n%% sums\n%% mounts'
  const parse = (unit: string) => () => (unitProbe({ unit, inputs: [] }) as HostProbe<UnitState>).parse(output)
  expect(parse('alias.service')().is).toBe('present')
  expect(parse('c.service')).toThrow('said nothing about c.service')
})

// As `systemd-escape --path --suffix=mount` gives them.
test.each([
  ['/mnt/nfs-share', 'mnt-nfs\\x2dshare.mount'],
  ['/srv', 'srv.mount'],
  ['/srv/a b', 'srv-a\\x20b.mount'],
  ['/.hidden/x_y:z.1', '\\x2ehidden-x_y:z.1.mount'],
])('the unit of a mount at %s is %s', (where, unit) => {
  expect(mountUnit(where)).toBe(unit)
})

test('something else mounted in its place is told', () => {
  const nfs = mount({ what: '10.0.0.5:/srv', where: '/mnt/nfs', type: 'nfs4' })
  const content =
    '[Unit]\nDescription=10.0.0.5:/srv on /mnt/nfs\n\n[Mount]\nWhat=10.0.0.5:/srv\nWhere=/mnt/nfs\nType=nfs4\n\n[Install]\nWantedBy=remote-fs.target\n'
  const own = { type: 'file', mode: '0644', ids: '0:0', names: 'root:root', sha256: sha256(content) } as const
  const at = (source: string) => present({ ...state, file: own, mounted: { source, type: 'nfs4' } })
  expect(nfs.diff(at('10.0.0.5:/srv'), nothing)).toEqual([])
  expect(nfs.diff(at('10.0.0.6:/srv'), nothing)).toEqual([
    { attribute: 'source', before: '10.0.0.6:/srv', after: '10.0.0.5:/srv' },
  ])
})

test('names are checked, and only files can make a unit stale', () => {
  for (const name of ['a b', 'a;b', '', '../a']) expect(() => systemdUnit({ name })).toThrow(TypeError)
  expect(() => systemdUnit({ name: 'a', freshAfter: [unitRef('b')] })).toThrow('systemd-unit b.service')
})
