import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { connectLocal } from '../connection/local.ts'
import { sshEndpoint } from '../connection/testing/endpoint.ts'
import type { Event } from '../report/events.ts'
import { absent, type Resource } from '../resource/resource.ts'
import { sh } from '../shell/sh.ts'
import { parallel, play } from './play.ts'
import { perform } from './playbook.ts'
import { defineRole } from './role.ts'
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

/** Performs one step on the host `a`, which is this machine, and tells what reporters were told. */
function performing(step: Partial<Step> & Pick<Step, 'perform'>, unread?: AbortSignal) {
  const told: Event[] = []
  const run = perform(
    { name: 'up', steps: [{ title: 'it', roles: [], groups: [], ...step }], exclusive: true },
    {
      lab: labOf(['a']),
      options: { playbook: 'up', check: false, forks: 1, yes: true },
      reporters: [
        { on: event => void told.push(event), close: async () => void told.push({ type: 'closed' } as never) },
        { on: () => undefined, close: () => undefined },
      ],
      ...{ warnings: [], command: 'the same again', ...(unread ? { unread } : {}) },
      provider: async () => strictProvider({ a: { is: 'running', endpoint: sshEndpoint(), address: '127.0.0.1' } }),
      connect: () => async host => connectLocal(host),
    },
  )
  return { told, run }
}

/** Where this process would end; what it was told by then. */
function ending(told: readonly Event[]): Promise<readonly unknown[]> {
  return new Promise(resolve => {
    vi.spyOn(process, 'exit').mockImplementation((code): never => {
      resolve([...told.map(({ type }) => type), `exit ${code}`])
      return undefined as never
    })
  })
}

/** A thing that takes a command, which begins with `before` and lasts until `folder`/go is there. */
const slow: Resource<true> = {
  kind: 'slow',
  id: 'thing',
  probe: { of: 'host', keys: [], script: () => 'echo no', parse: () => absent },
  diff: is => (is.is === 'present' ? [] : [{ attribute: 'made', before: false, after: true }]),
  apply: on => {
    const script = sh`: >${join(folder, 'begun')}; until [ -e ${join(folder, 'go')} ] || [ ! -d ${folder} ]; do sleep 0.05; done`
    return on.run(script, { what: 'make the thing' }).then(() => undefined)
  },
}
const makes = play('Make', {
  on: 'all',
  roles: [defineRole({ name: 'maker', summary: '', vars: {}, resources: () => [slow] })],
})

it('tells, before it leaves at the second interrupt, what goes on where, and the way on', async () => {
  const { told, run } = performing(makes)
  const left = ending(told)
  await expect.poll(() => existsSync(join(folder, 'begun'))).toBe(true)
  process.emit('SIGINT')
  const before = told.length
  process.emit('SIGINT')
  // Nothing was awaited: who ends the process the hard way now has read it.
  expect(told.slice(before, before + 2)).toMatchObject([
    {
      type: 'notice',
      level: 'warning',
      text: expect.stringMatching(
        /^Still under way on a: make the thing, for \d+ s so far\. .* the next one waits for it/,
      ),
    },
    { type: 'run.end', exit: 130, resume: 'the same again', roundTrips: 1, hosts: {} },
  ])
  expect((await left).slice(-3)).toEqual(['run.end', 'closed', 'exit 130'])
  await writeFile(join(folder, 'go'), '')
  expect(await run).toBe(130)
  // What came after is no more told.
  expect(told.filter(({ type }) => type === 'run.end')).toHaveLength(1)
})

it('names what was begun without a command, and nothing where nothing was', async () => {
  let finish = (): void => undefined
  const finished = new Promise<void>(resolve => {
    finish = resolve
  })
  const on = { host: 'lab', role: 'mirror', kind: 'mirror', id: 'kernel' }
  const busy = performing({
    async perform(run) {
      run.emit({ type: 'resource.start', play: 'Build', ...on })
      run.emit({ type: 'resource.start', play: 'Look', ...on })
      run.emit({ type: 'resource.end', play: 'Look', ...on, outcome: 'ok', seconds: 0, changes: [] })
      await finished
    },
  })
  const textsOf = (events: readonly Event[]) => events.flatMap(event => (event.type === 'notice' ? [event.text] : []))
  const left = ending(busy.told)
  await expect.poll(() => busy.told.some(({ type }) => type === 'resource.end')).toBe(true)
  process.emit('SIGTERM')
  process.emit('SIGTERM')
  await left
  expect(textsOf(busy.told).slice(1)).toEqual([
    'Left half done on lab: mirror: mirror kernel, for 0 s so far. The next run sees how it stands, and finishes it.',
  ])
  finish()
  await busy.run
  const idle = performing({
    async perform() {
      for (const signal of ['SIGINT', 'SIGINT'] as const) process.emit(signal)
    },
  })
  await idle.run
  expect(textsOf(idle.told)).toHaveLength(1)
})

it('finishes what is under way, and ends, when nobody reads any more', async () => {
  const unread = new AbortController()
  const { told, run } = performing(parallel(makes, { ...makes, perform: async () => undefined }), unread.signal)
  await expect.poll(() => existsSync(join(folder, 'begun'))).toBe(true)
  unread.abort()
  await writeFile(join(folder, 'go'), '')
  expect(await run).toBe(130)
  expect(told).toContainEqual(expect.objectContaining({ text: expect.stringMatching(/^Nobody reads stdout/) }))
  expect(told.slice(-2)).toMatchObject([{ type: 'run.end', exit: 130, resume: 'the same again' }, {}])
})
