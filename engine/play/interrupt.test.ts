import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Event } from '../report/events.ts'
import { perform } from './playbook.ts'
import type { Step } from './step.ts'
import { labOf, strictProvider } from './testing/lab.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interrupt-'))
  vi.stubEnv('XDG_STATE_HOME', folder)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await rm(folder, { recursive: true })
})

it('leaves at the second interrupt, whatever is under way, once the reporters are closed', async () => {
  const told: string[] = []
  const left = new Promise<void>(resolve => {
    vi.spyOn(process, 'exit').mockImplementation((code): never => {
      told.push(`exit ${code}`)
      resolve()
      return undefined as never
    })
  })
  let finish = (): void => undefined
  const endless: Step = {
    title: 'endless',
    roles: [],
    groups: [],
    perform: () => {
      process.emit('SIGINT')
      process.emit('SIGINT')
      return new Promise(resolve => {
        finish = resolve
      })
    },
  }
  const closed = async () => {
    told.push('closed')
  }
  const run = perform(
    { name: 'up', steps: [endless], exclusive: true },
    {
      lab: labOf(['a']),
      options: { playbook: 'up', check: false, forks: 1, yes: true },
      reporters: [
        { on: ({ type }: Event) => void (type === 'notice' && told.push(type)), close: closed },
        { on: () => undefined, close: closed },
      ],
      ...{ warnings: [], command: 'the same again' },
      provider: async () => strictProvider({ a: { is: 'absent' } }),
      connect: () => () => Promise.reject(new Error('nobody connects here')),
    },
  )
  await left
  expect(told).toEqual(['notice', 'closed', 'closed', 'exit 130'])
  finish()
  expect(await run).toBe(130)
})
