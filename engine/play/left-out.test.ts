import { expect, it } from 'vitest'
import type { Found, Provider } from '../provider/provider.ts'
import type { ApiTarget } from '../resource/probe.ts'
import { absent } from '../resource/resource.ts'
import { refuseLeftOut } from './left-out.ts'
import { parallel, play } from './play.ts'
import { defineRole } from './role.ts'
import { Run } from './run.ts'
import type { RunParts } from './run-parts.ts'
import type { Step } from './step.ts'

const names = ['cp', 'worker1', 'worker2', 'nfs']
const groups = new Map([
  ['plane', ['cp']],
  ['workers', ['worker1', 'worker2']],
  ['store', ['nfs']],
])

function runOn(selected: readonly string[], found: Readonly<Record<string, Found>> = {}): Run {
  const hosts = names.map(name => ({ name, groups: ['all'], size: {}, vars: {} }))
  const run = new Run({
    options: { playbook: 'up', check: false },
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
const steps: readonly Step[] = [
  play('Prepare', { on: 'workers', roles: [plain] }),
  parallel(play('Push', { on: api, roles: [] }), play('Join', { on: 'workers', roles: [joins] })),
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
    next: 'Leave --limit out, or give --limit nfs,cp,worker1.',
  })
  expect(refused(runOn(['worker2'], { cp: { is: 'stopped' } }))?.message).toContain('cp, which is stopped and')
})

it('knows an API by the host that it runs on, whatever a group is called', () => {
  expect(refused(runOn(['cp', 'worker1']))?.message).toBe(
    'store needs nfs, which does not exist and is outside --limit',
  )
})

it('lets pass what is there, what comes with it, and what nobody plays on', () => {
  const running = { is: 'running', address: '10.0.0.1' } as Found
  expect(refused(runOn(names))).toBeUndefined()
  expect(refused(runOn(['cp', 'nfs', 'worker1']))).toBeUndefined()
  expect(refused(runOn(['worker1'], { cp: running, nfs: running }))).toBeUndefined()
  // It is there, and is asked itself.
  expect(refused(runOn(['worker1'], { cp: { is: 'unknown', why: 'no answer' }, nfs: running }))).toBeUndefined()
  expect(refused(runOn(['nfs']))).toBeUndefined()
})

it('knows the address of a host that takes no part before it is made', () => {
  const view = runOn(['nfs'], { worker1: { is: 'absent', address: '10.0.0.7' }, cp: { is: 'absent' } }).view('nfs')
  expect(view.lab.addressOf('worker1').value).toBe('10.0.0.7')
  expect(view.lab.addressOf('cp').value).toBeUndefined()
})
