import { expect, test } from 'vitest'
import { Late } from '../resource/late.ts'
import type { HostProbe } from '../resource/probe.ts'
import { absent, present } from '../resource/resource.ts'
import { sha256 } from './content.ts'
import { type ExportState, nfsExport, type OtherClients } from './nfs-export.ts'

const nothing = { change: () => false }
const share = (to: readonly string[] | Late<readonly string[]>) =>
  nfsExport({ path: '/srv/share', to, options: ['rw', 'all_squash', 'anonuid=10001'] })
// Tables as exportfs of nfs-utils 2.6.2 writes them.
const options =
  'rw,sync,wdelay,hide,nocrossmnt,secure,root_squash,all_squash,no_subtree_check,anonuid=10001,anongid=65534'
const etab = `%% etab\n/srv/share\t10.0.0.5(${options})\n/srv/other\t10.0.0.9(ro)\n/srv/share\t10.1.0.0/24(${options})\n%% files\n- /etc/exports.d/srv-share.exports\nstat: cannot statx '/etc/exports.d/srv-share.exports': No such file or directory`
const served = (clients: readonly string[], text: string) =>
  present<ExportState>({
    exported: Object.fromEntries(clients.map(client => [client, options.split(',')])),
    file: { type: 'file', mode: '0644', ids: '0:0', names: 'root:root', sha256: sha256(text) },
  })

test('the table tells the clients of this path', () => {
  const answer = (share([]).probe as HostProbe<ExportState>).parse(etab)
  expect(answer.is === 'present' && Object.keys(answer.state.exported)).toEqual(['10.0.0.5', '10.1.0.0/24'])
})

test('an export that is served as wished is nothing to do, in whatever order', () => {
  const text = '/srv/share 10.0.0.5(rw,all_squash,anonuid=10001) 10.0.0.4(rw,all_squash,anonuid=10001)\n'
  expect(share(['10.0.0.5', '10.0.0.4']).diff(served(['10.0.0.4', '10.0.0.5'], text), nothing)).toEqual([])
})

test('what the kernel serves counts, not the file alone', () => {
  const text = '/srv/share 10.0.0.5(rw,all_squash,anonuid=10001)\n'
  const changes = share(['10.0.0.5']).diff(served([], text), nothing)
  expect(changes).toEqual([{ attribute: 'clients', before: [], after: ['10.0.0.5'] }])
})

test('another option is told', () => {
  const readOnly = nfsExport({ path: '/srv/share', to: ['10.0.0.5'], options: ['ro'] })
  const changes = readOnly.diff(served(['10.0.0.5'], ''), nothing)
  expect(changes[0]).toEqual({ attribute: 'options', before: options.split(','), after: ['ro'] })
})

test('clients may be late', () => {
  const late = share(new Late<readonly string[]>('addresses of workers', () => undefined))
  expect(late.diff(absent, nothing)).toEqual([
    { attribute: 'clients', before: [], after: { late: 'addresses of workers' } },
    { attribute: 'file', before: null, after: { late: 'addresses of workers' } },
  ])
})

const line = (...clients: readonly string[]) =>
  `/srv/share ${clients.map(client => `${client}(rw,all_squash,anonuid=10001)`).join(' ')}\n`
const among = (others: OtherClients, to: readonly string[]) =>
  nfsExport({ path: '/srv/share', to, options: ['rw', 'all_squash', 'anonuid=10001'], others })

test('clients that are still at work keep what they have while another comes', () => {
  const before = served(['10.0.0.5', '10.0.0.6'], line('10.0.0.5', '10.0.0.6'))
  expect(among('kept', ['10.0.0.5']).diff(before, nothing)).toEqual([])
  expect(among('kept', ['10.0.0.5', '10.0.0.7']).diff(before, nothing)).toEqual([
    { attribute: 'clients', before: ['10.0.0.5', '10.0.0.6'], after: ['10.0.0.5', '10.0.0.6', '10.0.0.7'] },
    {
      attribute: 'file',
      before: sha256(line('10.0.0.5', '10.0.0.6')),
      after: sha256(line('10.0.0.5', '10.0.0.7', '10.0.0.6')),
    },
  ])
})

test('that they lose it later is foreseen as it then happens', () => {
  const to = ['10.0.0.5', '10.0.0.7']
  const last = among('kept until now', to)
  const before = served(['10.0.0.5', '10.0.0.6'], line('10.0.0.5', '10.0.0.6'))
  const kept = served(['10.0.0.5', '10.0.0.6', '10.0.0.7'], line('10.0.0.5', '10.0.0.7', '10.0.0.6'))
  const happened = last.diff(kept, nothing)
  expect(happened.map(({ attribute, after }) => [attribute, after])).toEqual([
    ['clients', to],
    ['file', sha256(line(...to))],
  ])
  expect(last.diff(before, nothing)).toEqual(happened)
  expect(last.diff(served(to, line(...to)), nothing)).toEqual([])
  // Somebody new is the earlier list's to add.
  expect(last.diff(served(['10.0.0.5'], line('10.0.0.5')), nothing)).toEqual([])
})

test.each([
  '10.0.0.5 ',
  '*',
  '',
  '10.0.0.5(rw)',
  'a b',
])('client %j could export to the world, and is refused', client => {
  expect(() => share([client])).toThrow(TypeError)
})
