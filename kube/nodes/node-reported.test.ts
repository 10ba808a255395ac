import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { absent, present, unknown } from '../../engine/resource/resource.ts'
import type { Pod } from '../api/objects.ts'
import { bootOf, bootScript, judgeReports, nodeReported, oldestOf, readBoot } from './node-reported.ts'

const seconds = (time: string) => Date.parse(`2026-05-01T${time}Z`) / 1000
const boot = { id: 'this-boot', at: seconds('10:00:00') }
const at = (time: string) => ({ pod: 'kube-proxy-x', startedAt: seconds(time) })

const pod = (name: string, started: string, phase: 'Running' | 'Succeeded' = 'Running'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { nodeName: 'worker1' },
  status: {
    phase,
    containerStatuses: [
      { name: 'main', ready: true, restartCount: 0, state: { running: { startedAt: `2026-05-01T${started}Z` } } },
    ],
  },
})

test('this machine tells when it started', () => {
  const read = readBoot(execFileSync('dash', ['-c', bootScript], { encoding: 'utf8' }))
  expect(read.id).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim())
  const started = Date.now() / 1000 - Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])
  expect(Math.abs(started - read.at)).toBeLessThan(5)
  expect(() => readBoot('')).toThrow('when it started')
  const here = bootOf({ bootId: read.id, clockAheadSeconds: 0, uptimeAheadSeconds: 0 })
  expect(Math.abs(here.at - read.at)).toBeLessThan(5)
  expect(bootOf({ bootId: '', clockAheadSeconds: 100, uptimeAheadSeconds: -400 }).at - here.at).toBeCloseTo(500, 0)
})

test('the oldest container that runs is found, and those of a pod that has ended do not count', () => {
  const pods = [pod('b', '10:00:05'), pod('a', '09:00:00'), pod('job', '08:00:00', 'Succeeded')]
  expect(oldestOf(pods)).toEqual({ pod: 'a', startedAt: seconds('09:00:00') })
  expect(oldestOf([])).toBeNull()
})

describe('what is told of a node', () => {
  test.each([
    ['it has no pods yet', { bootId: 'this-boot', oldest: null }, ''],
    ['its pods started since', { bootId: 'this-boot', oldest: at('10:00:20') }, ''],
    ['its clock was set right by half a minute', { bootId: 'this-boot', oldest: at('09:59:31') }, ''],
    ['another start', { bootId: 'another', oldest: null }, 'its kubelet has not reported since its host started'],
    [
      'a container that is gone',
      { bootId: 'this-boot', oldest: at('08:00:00') },
      'what is told of pod kube-proxy-x is from before its start',
    ],
  ])('%s', (_, reports, stale) => {
    const answer = judgeReports(present(boot), present(reports))
    expect(answer).toEqual(present({ stale }))
    const changes = nodeReported('worker1').diff(present({ stale }), { change: () => false })
    expect(changes).toHaveLength(stale ? 1 : 0)
  })

  test('no node is absent; what is not known stays so', () => {
    expect(judgeReports(present(boot), absent)).toEqual(absent)
    expect(judgeReports(unknown('until worker1 exists'), absent)).toEqual(absent)
    expect(judgeReports(unknown('no answer'), present({ bootId: '', oldest: null }))).toEqual(unknown('no answer'))
    expect(judgeReports(present(boot), unknown('no answer'))).toEqual(unknown('no answer'))
  })
})
