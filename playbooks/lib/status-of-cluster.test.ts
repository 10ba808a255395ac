import { expect, it } from 'vitest'
import type { Run } from '../../engine/play/run.ts'
import type { Event } from '../../engine/report/events.ts'
import { absent, present } from '../../engine/resource/resource.ts'
import type { Node, Pod } from '../../kube/api/objects.ts'
import { status } from './status.ts'

const condition = (ready: boolean) => [{ type: 'Ready', status: ready ? ('True' as const) : ('False' as const) }]

const node = (name: string, ready = true): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  spec: {},
  status: { conditions: condition(ready) },
})

function pod(name: string, containers: Pod['status']['containerStatuses'] = [], ready = false): Pod {
  const metadata = { namespace: 'kube-system', name }
  const status = { phase: 'Running' as const, conditions: condition(ready), containerStatuses: containers }
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { nodeName: 'cp' }, status }
}

const looping = pod('kube-controller-manager-cp', [
  { name: 'manager', ready: false, restartCount: 4, state: { waiting: { reason: 'CrashLoopBackOff' } } },
])
const well = pod('etcd-cp', [{ name: 'etcd', ready: true, restartCount: 1 }], true)

/** What `status` tells of a lab of two nodes whose cluster has these, and what it ends with. */
async function told(nodes: readonly Node[], pods: readonly Pod[], hosts = { cp: 'running', worker1: 'running' }) {
  const events: Event[] = []
  const names = Object.keys(hosts)
  const run = {
    lab: {
      name: 'seen',
      hosts: names.map(name => ({ name, groups: ['all', 'cluster'] })),
      groups: new Map([['cluster', names]]),
    },
    found: new Map(Object.entries(hosts).map(([name, is]) => [name, { is, address: '192.0.2.1' }])),
    failures: new Map(),
    signal: new AbortController().signal,
    session: async () => ({ facts: Promise.resolve({}) }),
    api: async () =>
      hosts.cp === 'absent'
        ? absent
        : present({ reader: { list: async ({ kind }: { kind: string }) => (kind === 'Node' ? nodes : pods) } }),
    emit: (event: Event) => events.push(event),
  }
  const ended = await status()
    .perform(run as unknown as Run)
    .catch((error: unknown) => error)
  const notices = events.flatMap(event => (event.type === 'notice' ? [event] : []))
  return { ended, text: notices.map(({ text }) => text), data: notices.flatMap(({ data }) => data ?? []) }
}

it('shows a pod that does not run by the reason of its container and its restarts, to people and to programs', async () => {
  const { text, data, ended } = await told([node('cp'), node('worker1')], [well, looping])
  expect(text.slice(-2)).toEqual([
    'PODS  1 of 2 are ready  5 restarts so far',
    '  kube-system/kube-controller-manager-cp  CrashLoopBackOff, 4 restarts  cp',
  ])
  expect(data.at(-2)).toEqual({ cluster: 'present', pods: 2, ready: 1, restarts: 5 })
  expect(data.at(-1)).toEqual({
    ...{ namespace: 'kube-system', pod: 'kube-controller-manager-cp', node: 'cp', phase: 'Running' },
    ...{ reason: 'CrashLoopBackOff', container: 'manager', message: null, restarts: 4 },
  })
  expect(ended).toMatchObject({ exit: 70, failure: { code: 'lab-not-ready', cause: '1 of 2 pods not ready' } })
})

it('ends well where all is well, a pod that has done its work too', async () => {
  const done = { ...pod('job'), status: { phase: 'Succeeded' as const } }
  const { ended, text } = await told([node('cp'), node('worker1')], [well, done])
  expect(ended).toBeUndefined()
  expect(text).toEqual([
    'HOST     STATE              NODE    GROUPS',
    'cp       running 192.0.2.1  Ready',
    'worker1  running 192.0.2.1  Ready',
    'PODS  2 of 2 are ready  1 restart so far',
  ])
})

it.each([
  ['a node that is not Ready', [node('cp'), node('worker1', false)], 'running', 70, 'node worker1 is not Ready'],
  ['a host that is no node', [node('cp')], 'running', 70, 'worker1 is no node'],
  ['a host that is stopped', [node('cp'), node('worker1')], 'stopped', 69, 'worker1 is stopped'],
])('ends otherwise for %s', async (_, nodes, worker1, exit, cause) => {
  const { ended } = await told(nodes, [well], { cp: 'running', worker1 })
  expect(ended).toMatchObject({ exit, failure: { code: 'lab-not-ready', cause } })
})

it('says of a lab of which no host is there that there is none, and how it is built', async () => {
  const { ended } = await told([], [], { cp: 'absent', worker1: 'absent' })
  const failure = { message: 'There is no lab seen', cause: 'none of its 2 hosts is there', next: /^Build it: npx zx / }
  expect(ended).toMatchObject({ exit: 69, failure: { ...failure, next: expect.stringMatching(failure.next) } })
  const { ended: half } = await told([], [], { cp: 'absent', worker1: 'running' })
  expect(half).toMatchObject({ exit: 69, failure: { message: 'The lab seen is not ready' } })
})
