import { PassThrough } from 'node:stream'
import { afterEach, expect, it, vi } from 'vitest'
import { AndamioError } from '../errors.ts'
import type { Provider } from '../provider/provider.ts'
import { confirmName } from './confirm.ts'
import { Run } from './run.ts'
import { askToSpend } from './spending.ts'
import type { Step } from './step.ts'
import { labOf, strictProvider } from './testing/lab.ts'

afterEach(() => vi.restoreAllMocks())

interface Asked {
  readonly typed?: string
  readonly terminal?: boolean
  readonly check?: boolean
  readonly yes?: boolean
  readonly provider?: Partial<Provider>
}

/** Performs a step on what it takes for a terminal; gives what was asked there, and how the step has ended. */
async function asking(step: Step, { typed, terminal = true, check = false, yes = false, provider }: Asked) {
  const stdin = Object.assign(new PassThrough(), { isTTY: terminal })
  let asked = ''
  vi.spyOn(process, 'stdin', 'get').mockReturnValue(stdin as never)
  vi.spyOn(process.stderr, 'write').mockImplementation(chunk => {
    if (asked === '' && typed !== undefined) setImmediate(() => stdin.write(`${typed}\n`))
    asked += chunk
    return true
  })
  const run = new Run({
    options: { playbook: 'up', check, forks: 1, yes },
    ...{ lab: labOf(['a', 'b']), emit: () => undefined, stateFolder: '/nowhere', signal: new AbortController().signal },
    provider: { ...strictProvider({ a: { is: 'stopped' }, b: { is: 'absent' } }), ...provider },
    connect: () => Promise.reject(new Error('no host is asked here')),
  })
  await run.find()
  const ended = await step.perform(run).then(
    () => 'goes on',
    error => error.failure?.code ?? error,
  )
  vi.restoreAllMocks()
  return { asked, ended }
}

const costs = {
  preflight: async () => undefined,
  spends: async () => 'make 1 instance (b) in account 1, for about 0.10 USD an hour',
}

it('asks before money is spent, and takes a no', async () => {
  const question = `This is to ${await costs.spends()}. Go on? (yes/no) `
  const [yes, no] = [
    await asking(askToSpend(), { typed: 'yes', provider: costs }),
    await asking(askToSpend(), { typed: '', provider: costs }),
  ]
  expect([yes.asked.includes(question), yes.ended, no.ended]).toEqual([true, 'goes on', 'not-confirmed'])
})

it.each([
  ['--yes', { yes: true, provider: costs }],
  ['--check', { check: true, provider: costs }],
  ['no terminal', { terminal: false, provider: costs }],
  ['nothing to be paid for', { provider: { spends: async () => undefined } }],
  ['hosts that cost nothing', {}],
] satisfies [string, Asked][])('asks nobody with %s', async (_, more) => {
  expect(await asking(askToSpend(), more)).toEqual({ asked: '', ended: 'goes on' })
})

it('asks nothing where the hosts could not be made', async () => {
  const preflight = () => Promise.reject(new AndamioError({ code: 'no-room', message: 'no room' }))
  expect(await asking(askToSpend(), { provider: { ...costs, preflight } })).toEqual({ asked: '', ended: 'no-room' })
})

it('names what is to be removed, and where it is', async () => {
  const place = async () => 'account 123456789012 at AWS, eu-west-1'
  const { asked, ended } = await asking(confirmName('All goes.'), { typed: 'test', provider: { place } })
  expect(asked).toContain('All goes.\nThere: a, in account 123456789012 at AWS, eu-west-1.\nType the lab')
  expect(ended).toBe('goes on')
})
