import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Node, Pod } from '../api/objects.ts'
import { bootScript, readBoot, readinessSince } from './boot.ts'

const boot = { id: 'this-boot', at: Date.parse('2026-05-01T10:00:00Z') / 1000 }

const node = (bootID: string, ready: 'True' | 'False' = 'True'): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'worker1' },
  spec: {},
  status: {
    nodeInfo: { machineID: 'm', bootID, kubeletVersion: 'v1.36.3' },
    conditions: [{ type: 'Ready', status: ready, message: 'container runtime is down' }],
  },
})

const pod = (startedAt: string, phase: 'Running' | 'Succeeded' = 'Running'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'kube-proxy-x' },
  spec: { nodeName: 'worker1' },
  status: {
    phase,
    containerStatuses: [{ name: 'kube-proxy', ready: true, restartCount: 0, state: { running: { startedAt } } }],
  },
})

test('this machine tells when it started', () => {
  const read = readBoot(execFileSync('dash', ['-c', bootScript], { encoding: 'utf8' }))
  expect(read.id).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  expect(
    Math.abs(Date.now() / 1000 - Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]) - read.at),
  ).toBeLessThan(5)
  expect(() => readBoot('')).toThrow('when it started')
})

test.each([
  [
    'a node that reported since, with pods that started since',
    node('this-boot'),
    [pod('2026-05-01T10:00:20Z')],
    true,
    '',
  ],
  ['a clock set right by half a minute', node('this-boot'), [pod('2026-05-01T09:59:31Z')], true, ''],
  ['a job that ended before', node('this-boot'), [pod('2026-05-01T08:00:00Z', 'Succeeded')], true, ''],
  ['a node that is not ready', node('this-boot', 'False'), [], false, 'container runtime is down'],
  ['a report from before', node('another'), [], false, 'its kubelet has not reported since its host started'],
  [
    'a pod whose container is gone',
    node('this-boot'),
    [pod('2026-05-01T08:00:00Z')],
    false,
    'what is told of pod kube-proxy-x is from before its start',
  ],
])('%s', (_, seen, pods, ready, why) => {
  expect(readinessSince(boot, seen, pods)).toEqual({ ready, why })
})
