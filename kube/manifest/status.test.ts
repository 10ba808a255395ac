import { expect, test } from 'vitest'
import type { AnyObject } from '../api/objects.ts'
import { standing } from './status.ts'

const object = (kind: string, spec: object, status: object, metadata: object = {}): AnyObject =>
  ({
    apiVersion: 'v1',
    kind,
    metadata: { name: 'x', generation: 2, ...metadata },
    spec,
    status,
  }) as unknown as AnyObject

const complete = { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3, readyReplicas: 3 }
const everywhere = { observedGeneration: 2, desiredNumberScheduled: 4, updatedNumberScheduled: 4, numberAvailable: 4 }

test.each<[string, AnyObject, string]>([
  ['a whole Deployment', object('Deployment', { replicas: 3 }, complete), ''],
  [
    'one that its controller has not seen',
    object('Deployment', { replicas: 3 }, { ...complete, observedGeneration: 1 }),
    'has not seen the change',
  ],
  [
    'one in the middle of its roll-out',
    object('Deployment', { replicas: 3 }, { ...complete, updatedReplicas: 1 }),
    '1 of 3 updated',
  ],
  [
    'one with old pods left',
    object('Deployment', { replicas: 3 }, { ...complete, replicas: 4 }),
    '1 old pods are going',
  ],
  [
    'one that is stuck',
    object(
      'Deployment',
      { replicas: 3 },
      {
        ...complete,
        conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'stuck' }],
      },
    ),
    'stuck',
  ],
  ['a DaemonSet on every node', object('DaemonSet', {}, everywhere), ''],
  ['one that lacks a node', object('DaemonSet', {}, { ...everywhere, numberAvailable: 3 }), '3 of 4 available'],
  ['one that nobody has looked at', object('DaemonSet', {}, {}), 'has not seen it'],
  ['a bound claim', object('PersistentVolumeClaim', { storageClassName: '' }, { phase: 'Bound' }), ''],
  [
    'a claim that finds no volume',
    object('PersistentVolumeClaim', { storageClassName: '' }, { phase: 'Pending' }),
    'it is Pending',
  ],
  [
    'a claim that may wait for its first pod',
    object('PersistentVolumeClaim', { storageClassName: 'local' }, { phase: 'Pending' }),
    '',
  ],
  [
    'a Job that failed',
    object('Job', {}, { conditions: [{ type: 'Failed', status: 'True', message: 'twice' }] }),
    'it failed: twice',
  ],
  ['something that is being deleted', object('ConfigMap', {}, {}, { deletionTimestamp: 'now' }), 'being deleted'],
  [
    'a custom resource that says it is not Ready',
    object('Lamp', {}, { conditions: [{ type: 'Ready', status: 'False', message: 'no bulb' }] }),
    'no bulb',
  ],
  ['one that says nothing', object('Lamp', {}, {}), ''],
])('%s', (_, given, why) => {
  expect(standing(given)).toEqual({ ready: why === '', why: expect.stringContaining(why) })
})
