import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { unreachable } from '../connection/failures.ts'
import { connectLocal } from '../connection/local.ts'
import { sshEndpoint } from '../connection/testing/endpoint.ts'
import { AndamioError } from '../errors.ts'
import type { Found } from '../provider/provider.ts'
import type { Event, RunEnd } from '../report/events.ts'
import { type Answer, absent, present, type Resource } from '../resource/resource.ts'
import { file } from '../resources/file.ts'
import { sh } from '../shell/sh.ts'
import { parallel, play } from './play.ts'
import { perform } from './playbook.ts'
import { defineRole } from './role.ts'
import type { Step } from './step.ts'
import { labOf, strictProvider } from './testing/lab.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-perform-'))
  process.env.XDG_STATE_HOME = join(folder, 'state')
})
afterEach(async () => {
  delete process.env.XDG_STATE_HOME
  await rm(folder, { recursive: true, force: true })
})

/** A file that is wished for, made by a real shell. */
function made(name: string, script?: string): Resource<boolean> {
  const path = join(folder, name)
  return {
    kind: 'made',
    id: name,
    probe: {
      of: 'host',
      keys: [path],
      script: () => script ?? sh`if [ -e ${path} ]; then echo yes; else echo no; fi`,
      parse: output => (output === 'yes' ? present(true) : absent),
    },
    diff: is => (is.is === 'present' ? [] : [{ attribute: 'made', before: false, after: true }]),
    apply: async on => {
      await on.run(sh`echo made >> ${path}`, { what: `make ${name}` })
    },
  }
}

const role = (name: string, ...resources: readonly Resource<boolean>[]) =>
  defineRole({ name, summary: '', vars: {}, resources: () => resources })

/** A role whose file is each host's own. */
const ownFile = defineRole({ name: 'own', summary: '', vars: {}, resources: (_, { host }) => [made(host)] })

interface World {
  readonly hosts?: Readonly<Record<string, Found['is']>>
  readonly check?: boolean
  readonly diff?: boolean
  readonly lost?: readonly string[]
  readonly pristine?: Answer<boolean>
}

async function run(
  steps: readonly Step[],
  { hosts = { a: 'running' }, check = false, diff = false, lost = [], pristine }: World = {},
) {
  const events: Event[] = []
  const found = (is: Found['is']): Found =>
    is === 'running'
      ? { is, endpoint: sshEndpoint(), address: '127.0.0.1' }
      : is === 'unknown'
        ? { is, why: 'no answer' }
        : { is }
  const standing = Object.fromEntries(Object.entries(hosts).map(([name, is]) => [name, found(is)]))
  const exit = await perform(
    { name: 'test', steps, exclusive: true },
    {
      lab: labOf(Object.keys(hosts)),
      options: { playbook: 'test', check, diff, forks: 5, yes: true, takeOver: [], pruneData: false },
      reporters: [{ on: event => events.push(event), close: () => undefined }],
      warnings: [],
      command: 'the same again',
      provider: async () => strictProvider(standing, () => pristine),
      connect: () => async host => {
        if (lost.includes(host)) throw unreachable(host, 'it is silent')
        return connectLocal(host)
      },
    },
  )
  const end = events.at(-1) as RunEnd
  expect(end).toMatchObject({ type: 'run.end', exit })
  return { exit, end, events, made: (await readdir(folder)).filter(name => name !== 'state').sort() }
}

describe('exit status', () => {
  it('0 when it is done, and 0 with nothing changed when it is done again', async () => {
    const first = await run([play('p', { on: 'all', roles: [ownFile] })])
    const second = await run([play('p', { on: 'all', roles: [ownFile] })])
    expect([first.exit, first.end.hosts.a?.changed, first.made]).toEqual([0, 1, ['a']])
    expect([second.exit, second.end.hosts.a, second.end.roundTrips]).toEqual([
      0,
      { ok: 1, changed: 0, unknown: 0, failed: 0, unreachable: 0 },
      1,
    ])
  })

  it('2 when check finds changes, 0 when it finds none, and nothing is made', async () => {
    const steps = [play('p', { on: 'all', roles: [ownFile] })]
    expect(await run(steps, { check: true })).toMatchObject({ exit: 2, made: [] })
    await run(steps)
    expect(await run(steps, { check: true })).toMatchObject({ exit: 0 })
  })

  it('2 by the record of its image for a host that does not exist, 3 where nobody has recorded it', async () => {
    const steps = [play('p', { on: 'all', roles: [ownFile] })]
    expect(await run(steps, { check: true, hosts: { a: 'absent' }, pristine: absent })).toMatchObject({ exit: 2 })
    expect(await run(steps, { check: true, hosts: { a: 'absent' } })).toMatchObject({ exit: 3 })
    expect(await run(steps, { check: true, hosts: { a: 'stopped' }, pristine: absent })).toMatchObject({ exit: 3 })
  })

  it('takes what a host that does not exist would answer for assumed, not for ok', async () => {
    const steps = [play('p', { on: 'all', roles: [ownFile] })]
    const { exit, end } = await run(steps, { check: true, hosts: { a: 'absent' }, pristine: present(true) })
    expect([exit, end.hosts.a]).toMatchObject([0, { ok: 0, assumed: 1 }])
  })

  it('69 for a host that does not answer; the others finish the play, and the next one is not begun', async () => {
    const steps = [
      play('p', { on: 'all', roles: [ownFile] }),
      play('q', { on: 'all', roles: [role('late', made('late'))] }),
    ]
    const { exit, end, made: files } = await run(steps, { hosts: { a: 'running', b: 'running' }, lost: ['a'] })
    expect([exit, files, end.hosts.a?.unreachable, end.resume]).toEqual([69, ['b'], 1, 'the same again'])
  })

  it('70 for a failed command, with its last words; what stands after it on that host is not begun', async () => {
    const failing: Resource<boolean> = {
      ...made('never'),
      apply: on => on.run('echo why >&2; exit 9', { what: 'try' }).then(() => undefined),
    }
    const {
      exit,
      events,
      made: files,
    } = await run([play('p', { on: 'all', roles: [role('r', failing, made('after'))] })])
    const failed = events.find(event => event.type === 'resource.end' && event.outcome === 'failed')
    expect([exit, files]).toEqual([70, []])
    expect(failed).toMatchObject({
      id: 'never',
      failure: { code: 'command-failed', cause: 'it ended with status 9', stderr: ['why'] },
    })
  })

  it('70 for a state that cannot be found out, and nothing is done to it', async () => {
    const { exit, made: files } = await run([play('p', { on: 'all', roles: [role('r', made('x', 'exit 5'))] })])
    expect([exit, files]).toEqual([70, []])
  })
})

it('reads a text once more, and shows what differs in it, only where that was asked for', async () => {
  await writeFile(join(folder, 'text'), 'old\n')
  const text = file({ path: join(folder, 'text'), content: 'new\n', mode: '0644' })
  const steps = [play('p', { on: 'all', roles: [role('r', text as Resource<never>)] })]
  const shown = (events: readonly Event[]) =>
    events.flatMap(event => (event.type === 'resource.end' ? event.changes.map(({ text }) => text) : []))
  const [plain, checked, real] = [
    await run(steps, { check: true }),
    await run(steps, { check: true, diff: true }),
    await run(steps, { diff: true }),
  ]
  expect([plain.end.roundTrips, checked.end.roundTrips]).toEqual([1, 2])
  expect(shown(plain.events)).toEqual([undefined])
  expect(shown(checked.events)).toEqual([expect.stringContaining('-old\n+new\n')])
  expect(shown(real.events)).toEqual(shown(checked.events))
})

it('refuses two resources of one name, for a plan could not tell them apart', async () => {
  const { exit, events } = await run([play('p', { on: 'all', roles: [role('r', made('x'), made('x'))] })])
  expect(exit).toBe(70)
  expect(JSON.stringify(events)).toContain('two resources of one play are both called made x')
})

it('plays side by side, but a host that is in both in turn', async () => {
  const both = parallel(
    play('one', {
      on: 'all',
      roles: [role('r', made('x', sh`sleep 0.3; if [ -e ${join(folder, 'x')} ]; then echo yes; else echo no; fi`))],
    }),
    play('other', { on: 'all', roles: [role('s', made('y'))] }),
  )
  const { events } = await run([both])
  const order = events.flatMap(event =>
    event.type === 'resource.start' || event.type === 'resource.end' ? [`${event.type} ${event.id}`] : [],
  )
  expect(order).toEqual(['resource.start x', 'resource.end x', 'resource.start y', 'resource.end y'])
})

describe('the way on', () => {
  const refusal = new AndamioError({ code: 'usage', message: 'refused', next: 'Do something else first.' })
  const refusing = (before: () => void = () => undefined): Step => ({
    title: 'refusing',
    roles: [],
    groups: [],
    perform: async () => {
      before()
      throw refusal
    },
  })

  it('is no resuming where nothing was begun, and is where something was', async () => {
    const { exit, end } = await run([refusing()])
    expect([exit, end.failure, end.resume]).toEqual([70, refusal.failure, undefined])
    const second = await run([play('p', { on: 'all', roles: [ownFile] }), refusing()])
    expect([second.exit, second.end.resume]).toEqual([70, 'the same again'])
    const third = await run([play('p', { on: 'all', roles: [ownFile] }), refusing()])
    expect([third.end.hosts.a?.changed, third.end.resume]).toEqual([0, undefined])
  })

  it('is resuming after an interrupt, whatever was done', async () => {
    const { exit, end } = await run([refusing(() => process.emit('SIGINT'))])
    expect([exit, end.resume]).toEqual([130, 'the same again'])
    const looked = await run([refusing(() => process.emit('SIGINT'))], { check: true })
    expect([looked.exit, looked.end.resume]).toEqual([130, undefined])
  })
})

it('is one at a time on a lab, and the second is told to wait', async () => {
  const inner: Step = {
    title: 'inner',
    roles: [],
    groups: [],
    perform: async () => {
      const { exit, end } = await run([])
      expect([exit, end.failure?.code, end.resume]).toEqual([75, 'lab-locked', undefined])
    },
  }
  expect(await run([inner])).toMatchObject({ exit: 0 })
})
