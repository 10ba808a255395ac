import { expect, it } from 'vitest'
import { failuresTogether } from './failures-together.ts'
import type { FailedAt } from './tally.ts'

const launch = (host: string, cause = 'no space left'): FailedAt => ({
  where: `${host}, multipass: multipass-instance ${host}`,
  failure: { code: 'c', message: `${host} was not launched`, place: 'this machine', cause, stderr: [`launch ${host}`] },
  host,
})
const order = ['cp', 'worker1', 'worker2', 'worker3']

it('tells a failure of many hosts once, with their names in order', () => {
  const all = [launch('worker3'), launch('worker1'), launch('cp'), launch('worker2')]
  expect(failuresTogether(all, order)).toEqual([
    {
      where: 'cp, worker1-3, multipass: multipass-instance <host>',
      failure: {
        ...{ code: 'c', message: '<host> was not launched', place: 'this machine', cause: 'no space left' },
        stderr: ['launch <host>'],
      },
    },
  ])
})

it('leaves apart what differs, and as it is what is one host’s or the run’s', () => {
  const run: FailedAt = { where: '', failure: { code: 'c', message: 'cp is gone' } }
  const all = [launch('cp'), launch('worker1', 'no network'), run, run]
  expect(failuresTogether(all, order)).toEqual(all)
})

it('names hosts that nobody gets into, once', () => {
  const lost = (host: string): FailedAt => ({
    ...{ where: host, host },
    failure: { code: 'no-sudo', message: `ann may not become root on ${host}`, place: host },
  })
  expect(failuresTogether([lost('worker1'), lost('cp')], order)).toEqual([
    { where: 'cp, worker1', failure: { code: 'no-sudo', message: 'ann may not become root on <host>' } },
  ])
})
