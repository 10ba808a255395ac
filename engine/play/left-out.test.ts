import { expect, it } from 'vitest'
import type { Found, Provider } from '../provider/provider.ts'
import type { ApiTarget } from '../resource/probe.ts'
import { absent, type Resource } from '../resource/resource.ts'
import { refuseLeftOut } from './left-out.ts'
import { parallel, play } from './play.ts'
import { type AnyRole, defineRole } from './role.ts'
import { Run } from './run.ts'
import type { RunParts } from './run-parts.ts'
import type { Step } from './step.ts'

const names = ['cp', 'worker1', 'worker2', 'nfs']
const groups = new Map([
  ['plane', ['cp']],
  ['workers', ['worker1', 'worker2']],
  ['store', ['nfs']],
])

function runOn(selected: readonly string[], found: Readonly<Record<string, Found>> = {}, told: unknown[] = []): Run {
  const hosts = names.map(name => ({ name, groups: ['all'], size: {}, vars: {} }))
  const run = new Run({
    options: { playbook: 'up', check: false, forks: 1 },
    emit: (event: unknown) => told.push(event),
    lab: { name: 'lab', hosts, groups, selected, vars: {} },
    provider: { name: 'local' } as Provider,
    signal: new AbortController().signal,
  } as unknown as RunParts)
  run.found = new Map(Object.entries(found))
  return run
}

const joins = defineRole({ name: 'joins', summary: '', vars: {}, needs: ['plane'], resources: () => [] })
const plain = defineRole({ name: 'plain', summary: '', vars: {}, resources: () => [] })
const api: ApiTarget<string, string> = { name: 'store', group: 'store', open: async () => absent }
const needs = (group: string) => defineRole({ name: group, summary: '', vars: {}, needs: [group], resources: () => [] })
const steps: readonly Step[] = [
  play('Prepare', { on: 'workers', roles: [plain] }),
  parallel(play('Push', { on: api, roles: [needs('workers')] }), play('Join', { on: 'workers', roles: [joins] })),
]

function refused(run: Run): { message: string; next: string } | undefined {
  try {
    refuseLeftOut(run, steps)
    return undefined
  } catch (error) {
    expect(error).toMatchObject({ exit: 64, failure: { code: 'needs-left-out' } })
    return (error as { failure: { message: string; next: string } }).failure
  }
}

it('names the host that is missing, and all that have to be there', () => {
  expect(refused(runOn(['worker1']))).toMatchObject({
    message: 'worker1 needs cp, which does not exist and is outside --limit',
    next: 'Leave --limit out, or give --limit cp,worker1.',
  })
  expect(refused(runOn(['worker2'], { cp: { is: 'stopped' } }))?.message).toContain('cp, which is stopped and')
})

it('takes an API along with the host that it runs on, and asks for what its roles need', () => {
  expect(refused(runOn(['cp', 'worker1']))).toBeUndefined()
  expect(refused(runOn(['nfs']))).toMatchObject({
    message: 'store needs worker1, which does not exist and is outside --limit',
    next: 'Leave --limit out, or give --limit worker1,nfs.',
  })
})

it('plays nothing on an API whose host takes no part, and says so', async () => {
  const told: unknown[] = []
  const opened = async (selected: readonly string[]) => {
    let times = 0
    const open = async () => {
      times++
      return absent
    }
    const asks = defineRole({ name: 'asks', summary: '', vars: {}, resources: () => [asked] })
    const target = { ...api, open }
    const asked: Resource<true, string> = {
      kind: 'asked',
      id: 'once',
      probe: { of: 'api', target, read: async () => absent },
      diff: () => [],
      apply: async () => undefined,
    }
    await play('Push', { on: target, roles: [asks as AnyRole] }).perform(runOn(selected, {}, told))
    return times
  }
  expect([await opened(names), told.splice(0)]).toMatchObject([
    1,
    [{ type: 'play.start' }, { type: 'looked' }, {}, {}, {}],
  ])
  expect([await opened(['cp', 'worker1']), told]).toEqual([
    0,
    [{ type: 'notice', level: 'info', text: 'Push: left out, for nfs is outside --limit' }],
  ])
})

it('lets pass what is there, what comes with it, and what nobody plays on', () => {
  const running = { is: 'running', address: '10.0.0.1' } as Found
  expect(refused(runOn(names))).toBeUndefined()
  expect(refused(runOn(['cp', 'nfs', 'worker1']))).toBeUndefined()
  expect(refused(runOn(['worker1'], { cp: running, nfs: running }))).toBeUndefined()
  // It is there, and is asked itself.
  expect(refused(runOn(['worker1'], { cp: { is: 'unknown', why: 'no answer' }, nfs: running }))).toBeUndefined()
  expect(refused(runOn(['nfs'], { worker1: running }))).toBeUndefined()
})

it('knows the address of a host that takes no part before it is made', () => {
  const view = runOn(['nfs'], { worker1: { is: 'absent', address: '10.0.0.7' }, cp: { is: 'absent' } }).view('nfs')
  expect(view.lab.addressOf('worker1').value).toBe('10.0.0.7')
  expect(view.lab.addressOf('cp').value).toBeUndefined()
})
