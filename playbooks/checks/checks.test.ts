import { expect, test } from 'vitest'
import { unreachable } from '../../engine/connection/failures.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Node, Pod } from '../../kube/api/objects.ts'
import { nodesAndPods, unsettled } from './nodes.ts'
import { clientsOf } from './storage.ts'

test('the export that is meant is found among others', () => {
  const shown = '/mnt/nfs-share-old 10.0.0.9\n/srv            *\n/mnt/nfs-share  10.0.0.11,10.0.0.10\n'
  expect(clientsOf('/mnt/nfs-share', shown)).toEqual(['10.0.0.11', '10.0.0.10'])
  expect(clientsOf('/mnt', shown)).toBeUndefined()
})

const pod = (name: string, status: Pod['status']): Pod =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'app', name }, spec: {}, status }) as Pod
const node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'cp' },
  spec: {},
  status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { bootID: 'this-boot' } },
} as unknown as Node

const boots = new Map([['cp', { id: 'this-boot', at: 1000 }]])

test('a pod that has done its work is no trouble; one that cannot do it is, by its own reason', () => {
  const done = pod('job', { phase: 'Succeeded' })
  expect(unsettled(['cp'], [node], [done], boots)).toBeUndefined()
  const waiting = [{ name: 'web', ready: false, restartCount: 0, state: { waiting: { reason: 'ErrImagePull' } } }]
  const broken = pod('web', { phase: 'Pending', containerStatuses: waiting })
  expect(unsettled(['cp'], [node], [done, broken], boots)).toBe('not running: app/web (web: ErrImagePull)')
})

test('a node that is Ready and a pod that runs are not believed when that is from before their host was started', () => {
  const restarted = new Map([['cp', { id: 'next-boot', at: 2000 }]])
  const stale = 'not yet told anew: cp: its kubelet has not reported since its host started'
  expect(unsettled(['cp'], [node], [], restarted)).toBe(stale)
  const running = { name: 'web', ready: true, restartCount: 0, state: { running: { startedAt: new Date(0).toJSON() } } }
  const conditions = [{ type: 'Ready', status: 'True' as const }]
  const old = {
    ...pod('web', { phase: 'Running', conditions, containerStatuses: [running] }),
    spec: { nodeName: 'cp' },
  }
  expect(unsettled(['cp'], [node], [old], boots)).toContain('cp: what is told of pod web is from before its start')
  expect(unsettled(['cp'], [node], [{ ...old, spec: { nodeName: 'nfs' } }], boots)).toBeUndefined()
})

test('hosts that do not answer are asked side by side, and all named', async () => {
  const hosts = ['cp', 'worker1', 'nfs'].map(name => ({ name }))
  const asked = new Set<string>()
  let allAsked = () => {}
  const untilAllAsked = new Promise<void>(resolve => {
    allAsked = resolve
  })
  const session = async (host: string) => {
    if (asked.add(host).size === hosts.length) allAsked()
    await untilAllAsked
    if (host === 'cp') return { facts: Promise.resolve({}) }
    throw unreachable(host, 'nothing listens there')
  }
  const looking = nodesAndPods.look({ lab: { hosts }, session } as unknown as Run)
  await expect(looking).rejects.toThrow(
    'worker1 cannot be reached: nothing listens there; nfs cannot be reached: nothing listens there',
  )
})
