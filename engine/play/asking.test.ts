import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { usageError } from '../errors.ts'
import { perform } from './playbook.ts'
import type { Step } from './step.ts'
import { labOf, strictProvider } from './testing/lab.ts'

let state: string
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'andamio-asking-'))
  process.env.XDG_STATE_HOME = state
})
afterEach(async () => {
  delete process.env.XDG_STATE_HOME
  await rm(state, { recursive: true })
})

const run = (steps: readonly Step[], check = false) =>
  perform(
    { name: 'test', steps, exclusive: true },
    {
      ...{ lab: labOf([]), warnings: [], reporters: [], command: 'the same again' },
      options: { playbook: 'test', check, forks: 5, yes: true },
      provider: async () => strictProvider({}),
      connect: () => () => Promise.reject(new Error('there is nobody to connect to')),
    },
  )

const step = (perform: Step['perform'], asks?: true): Step => ({
  ...{ title: 'a step', roles: [], groups: [], perform },
  ...(asks ? { asks } : {}),
})

/** How a run ends that comes in the middle of this step. */
const meets = (ends: number[], asks?: true, others: readonly Step[] = []): Step =>
  step(async () => void ends.push(await run(others)), asks)

it('is done before the lab is held, and once', async () => {
  const ends: number[] = []
  const steps = [meets(ends), meets(ends, true)]
  expect([await run(steps), ends]).toEqual([0, [0, 75]])
})

it('is done in its turn where the lab is not held', async () => {
  const order: string[] = []
  const steps = [step(async () => void order.push('first')), step(async () => void order.push('asks'), true)]
  expect([await run(steps, true), order]).toEqual([0, ['first', 'asks']])
})

it('is spared whoever would be refused', async () => {
  const ends: number[] = []
  let asked = false
  const asking = step(async () => {
    asked = true
  }, true)
  expect([await run([meets(ends, undefined, [asking])]), ends, asked]).toEqual([0, [75], false])
})

it('ends the run by a no, with nothing done or left', async () => {
  let done = false
  const no = step(() => Promise.reject(usageError({ code: 'not-confirmed', message: 'no' })), true)
  const acting = step(async () => {
    done = true
  })
  expect([await run([acting, no]), done, await readdir(state)]).toEqual([64, false, []])
})
