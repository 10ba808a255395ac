import { expect, test } from 'vitest'
import type { Pod } from '../api/objects.ts'
import { troubleIn } from './control-plane.ts'

const now = new Date('2026-01-01T12:00:00Z')
const healthy: Pod['status'] = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }

function pod(component: string, status: Partial<Pod['status']> = {}): Pod {
  const metadata = { namespace: 'kube-system', name: `${component}-cp`, labels: { component, tier: 'control-plane' } }
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { nodeName: 'cp' }, status: { ...healthy, ...status } }
}

const notReady = [{ type: 'Ready', status: 'False' as const }]
const container = (state: object, restartCount: number, ready = false) => [{ name: 'main', ready, restartCount, state }]
const scheduler = pod('kube-scheduler')

test('a control plane that is well is no trouble, however often it was started long ago', () => {
  const started = container({ running: { startedAt: '2026-01-01T11:58:00Z' } }, 4, true)
  expect(troubleIn([scheduler, pod('kube-controller-manager', { containerStatuses: started })], now)).toBeUndefined()
})

test.each<[string, Partial<Pod['status']>, string]>([
  [
    'ends time and again',
    {
      conditions: notReady,
      containerStatuses: container({ waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } }, 4),
    },
    'is in CrashLoopBackOff (4 restarts)',
  ],
  [
    'has ended just now',
    { conditions: notReady, containerStatuses: container({ terminated: { exitCode: 1, reason: 'Error' } }, 0) },
    'is in Error: it ended with status 1',
  ],
  [
    'runs without being ready',
    {
      conditions: notReady,
      containerStatuses: container({ running: { startedAt: '2026-01-01T11:00:00Z' } }, 1),
    },
    'runs and is not ready (1 restart)',
  ],
  [
    'was started anew a moment ago',
    { containerStatuses: container({ running: { startedAt: '2026-01-01T11:59:30Z' } }, 4, true) },
    'has just been started again (4 restarts)',
  ],
])('one that %s is named, with how it stands', (_, status, words) => {
  expect(troubleIn([scheduler, pod('kube-controller-manager', status)], now)).toBe(
    `kube-controller-manager on cp ${words}`,
  )
})

test('one that is not there at all is named', () => {
  expect(troubleIn([scheduler], now)).toBe('there is no pod of kube-controller-manager')
})
