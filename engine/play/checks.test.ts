import { expect, test } from 'vitest'
import { exitCode } from '../errors.ts'
import type { Event } from '../report/events.ts'
import { lookAt } from './checks.ts'
import { Run } from './run.ts'
import { labOf, strictProvider } from './testing/lab.ts'

test('a check that is cut short did not fail: it was not made', async () => {
  const interrupt = new AbortController()
  const events: Event[] = []
  const run = new Run({
    options: { playbook: 'doctor', check: true, forks: 5, yes: false },
    ...{ lab: labOf([]), provider: strictProvider({}), stateFolder: '/nowhere', signal: interrupt.signal },
    emit: event => void events.push(event as Event),
    connect: () => Promise.reject(new Error('no host is connected to')),
  })
  const waiting = {
    id: 'slow',
    title: 'It answers',
    look: async () => {
      interrupt.abort()
      throw interrupt.signal.reason
    },
  }
  await expect(lookAt(run, [waiting, waiting])).rejects.toMatchObject({ exit: exitCode.interrupted })
  expect(events.map(({ type }) => type)).toEqual(['check.start'])
})
