import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Provider } from '../provider/provider.ts'
import type { Event } from '../report/events.ts'
import { onOperator } from '../resource/operator.ts'
import { absent, present, type Resource } from '../resource/resource.ts'
import { hosts } from './hosts.ts'
import { perform } from './playbook.ts'
import { labOf, strictProvider } from './testing/lab.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ended-early-'))
  vi.stubEnv('XDG_STATE_HOME', folder)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

const left = { text: 'One machine runs, for 1 USD an hour.', data: { machines: ['m-1'] } }

/** Has a machine made, which costs from then on, and waits until it answers: `answers` says how that ends. */
async function up(answers: () => Promise<void>, check = false): Promise<readonly Event[]> {
  const there = { machine: false, answer: false }
  const part = (kind: keyof typeof there, apply: () => Promise<void>): Resource<true, undefined> => ({
    kind,
    id: 'a',
    probe: onOperator(async () => (there[kind] ? present(true) : absent)),
    diff: is => (is.is === 'present' ? [] : [{ attribute: kind, before: false, after: true }]),
    async apply() {
      await apply()
      there[kind] = true
    },
  })
  const provider: Provider = {
    ...strictProvider({ a: { is: 'absent' } }),
    preflight: async () => undefined,
    create: () => ({
      shared: [],
      hosts: new Map([['a', [part('machine', async () => undefined), part('answer', answers)]]]),
    }),
    stillThere: () => (there.machine ? left : undefined),
  }
  const events: Event[] = []
  await perform(
    { name: 'up', steps: [hosts()], exclusive: true },
    {
      lab: labOf(['a']),
      options: { playbook: 'up', check, forks: 5, yes: true },
      reporters: [{ on: event => events.push(event), close: () => undefined }],
      ...{ warnings: [], command: 'up', provider: async () => provider },
      connect: () => () => Promise.reject(new Error('no host is connected to')),
    },
  )
  return events
}

const told = (events: readonly Event[]) => events.filter(event => event.type === 'notice' && event.text === left.text)

it.each([
  ['fails', 70, async () => Promise.reject(new Error('it is silent'))],
  [
    'is interrupted',
    130,
    async () => {
      process.emit('SIGINT')
      throw new Error('it waits no longer')
    },
  ],
] as const)('a run that %s tells what it leaves, and has counted it', async (_, exit, answers) => {
  const events = await up(answers)
  expect(events.slice(-2)).toMatchObject([
    { type: 'notice', level: 'warning', ...left },
    { type: 'run.end', exit, hosts: { a: { changed: 1 } } },
  ])
  expect(told(events)).toHaveLength(1)
})

it('so does one that is left at once, before anything is awaited', async () => {
  const ending = new Promise(resolve => {
    vi.spyOn(process, 'exit').mockImplementation(resolve as () => never)
  })
  const events = await up(async () => {
    for (const signal of ['SIGINT', 'SIGINT'] as const) process.emit(signal)
  })
  expect(await ending).toBe(130)
  expect(events.slice(-2)).toMatchObject([{ ...left }, { type: 'run.end', exit: 130 }])
})

it('one that comes to its end does not, nor does one that only looks', async () => {
  const done = await up(async () => undefined)
  expect(done.at(-1)).toMatchObject({ exit: 0, hosts: { a: { changed: 2 } } })
  expect([told(done), told(await up(async () => undefined, true))]).toEqual([[], []])
})
