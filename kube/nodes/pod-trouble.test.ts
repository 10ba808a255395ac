import { expect, test } from 'vitest'
import type { Pod } from '../api/objects.ts'
import type { ClusterReader } from '../api/reader.ts'
import { podTroubles } from './pod-trouble.ts'

const pod = (name: string, status: Partial<Pod['status']>, more: object = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'app', uid: `uid of ${name}`, ...more },
  spec: {},
  status: { phase: 'Pending', ...status },
})
const waiting = (reason: string, message?: string): Partial<Pod['status']> => ({
  containerStatuses: [
    { name: 'web', ready: false, restartCount: 0, state: { waiting: { reason, ...(message ? { message } : {}) } } },
  ],
})
/** A cluster that knows these events of the pod `stuck`, and is asked of no other. */
const knowing = (...events: readonly object[]): ClusterReader =>
  ({
    list: async (of: unknown, where: unknown) => {
      expect([of, where]).toEqual([
        { apiVersion: 'v1', kind: 'Event' },
        {
          namespace: 'app',
          fieldSelector: 'involvedObject.name=stuck,involvedObject.uid=uid of stuck,type=Warning',
        },
      ])
      return events
    },
  }) as never

test('where containers say nothing, the last warning does', async () => {
  const events = [
    { lastTimestamp: '2026-05-01T10:00:09Z', message: 'no bridge' },
    { lastTimestamp: null, eventTime: '2026-05-01T10:00:10.5Z', message: 'no volume ' },
    { lastTimestamp: '2026-05-01T10:00:01Z', message: 'no image' },
  ]
  expect(await podTroubles(knowing(...events), [pod('stuck', waiting('ContainerCreating'))])).toEqual([
    'pod stuck: web: ContainerCreating: no volume',
  ])
  expect(await podTroubles(knowing(), [pod('stuck', {})])).toEqual(['pod stuck: it is starting'])
})

test('nobody is asked for what is said, is going, or is well', async () => {
  const pods = [
    pod('torn', waiting('ImagePullBackOff', 'there is none')),
    pod('going', {}, { deletionTimestamp: '2026-05-01T10:00:00Z' }),
    pod('well', { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }),
  ]
  expect(await podTroubles(knowing(), pods)).toEqual([
    'pod torn: web: ImagePullBackOff: there is none',
    'pod going: it is going',
  ])
})

test('of a long message the end is kept, where the cause is', async () => {
  const message = `${'rpc error: '.repeat(60)}failed to set bridge addr`
  const [told = ''] = await podTroubles(knowing({ message }), [pod('stuck', {})])
  expect(told).toMatch(/^pod stuck: it is starting: \.\.\. rpc error: .*failed to set bridge addr$/)
  expect(told.length).toBeLessThan(300)
})
