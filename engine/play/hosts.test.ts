import { expect, test } from 'vitest'
import { usageError } from '../errors.ts'
import type { Provider } from '../provider/provider.ts'
import type { Event } from '../report/events.ts'
import { onOperator } from '../resource/operator.ts'
import { absent, present, type Resource } from '../resource/resource.ts'
import { hosts, noHosts } from './hosts.ts'
import { perform } from './playbook.ts'
import { Run } from './run.ts'
import { labOf, strictProvider } from './testing/lab.ts'

test('a lab goes in an order that can be cut off anywhere: all hosts end first, then the first one loses its disk last', async () => {
  const done: string[] = []
  const going = (kind: string, host: string): Resource<string, undefined> => {
    let there = true
    return {
      kind,
      id: host,
      probe: onOperator(async () => (there ? present('there') : absent)),
      diff: is => (is.is === 'absent' ? [] : [{ attribute: 'there', before: true, after: null }]),
      async apply() {
        done.push(`${kind} ${host}`)
        there = false
      },
    }
  }
  const names = ['cp', 'worker', 'nfs']
  const provider: Provider = {
    name: 'local',
    preflight: async () => undefined,
    find: async () => new Map(),
    create: () => ({ shared: [], hosts: new Map() }),
    destroy: () => ({
      shared: [going('network', 'lab')],
      hosts: new Map(names.map(name => [name, [going('end', name), going('disk', name)]])),
    }),
    operatorAddress: () => undefined,
    pristine: () => undefined,
  }
  const run = new Run({
    options: { playbook: 'down', check: false, forks: 5, yes: true },
    lab: {
      name: 'test',
      file: 'test.yaml',
      provider: 'local',
      settings: {},
      source: 'mirror',
      hosts: names.map(name => ({ name, groups: ['all'], size: {}, vars: {} })),
      groups: new Map([['all', names]]),
      selected: names,
      vars: {},
    },
    provider,
    stateFolder: '/nowhere',
    emit: () => undefined,
    connect: () => Promise.reject(new Error('no host is connected to')),
    signal: new AbortController().signal,
  })
  await noHosts().perform(run)
  expect(done.slice(0, 3).sort()).toEqual(['end cp', 'end nfs', 'end worker'])
  expect(done.slice(3)).toEqual(['disk nfs', 'disk worker', 'disk cp', 'network lab'])
})

test('a check tells what stands against the hosts beside its plan, and what of them stays as it is', async () => {
  const look = async (more: Partial<Provider>, check = true): Promise<readonly Event[]> => {
    const events: Event[] = []
    const provider: Provider = {
      ...strictProvider({ a: { is: 'absent' } }),
      create: () => ({ shared: [], hosts: new Map() }),
      ...more,
    }
    await perform(
      { name: 'up', steps: [hosts()], exclusive: false },
      {
        lab: labOf(['a']),
        options: { playbook: 'up', check, forks: 5, yes: false },
        reporters: [{ on: event => events.push(event), close: () => undefined }],
        ...{ warnings: [], command: 'up', provider: async () => provider },
        connect: () => () => Promise.reject(new Error('no host is connected to')),
      },
    )
    return events
  }
  const told = await look({ leavesAsIs: async () => ['a is too small'] })
  expect(told.at(-2)).toMatchObject({ type: 'notice', text: 'a is too small' })
  const mistaken = await look({ foresee: () => Promise.reject(usageError({ message: 'no such file' })) })
  expect(mistaken.at(-1)).toMatchObject({ type: 'run.end', exit: 64, failure: { message: 'no such file' } })
  const full = {
    foresee: async () => [{ code: 'no-room', message: 'no room', cause: 'all is full', next: 'Free some.' }],
  }
  expect((await look(full)).slice(-2)).toMatchObject([
    { type: 'notice', text: 'Without --check this would end at once. no room: all is full. Free some.' },
    { type: 'run.end', exit: 0 },
  ])
  expect((await look({ ...full, preflight: async () => undefined }, false)).at(-1)).toMatchObject({
    type: 'run.end',
    exit: 70,
    failure: { code: 'no-room' },
  })
})
