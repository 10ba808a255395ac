import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { unreachable } from '../connection/failures.ts'
import { sshEndpoint } from '../connection/testing/endpoint.ts'
import type { Found } from '../provider/provider.ts'
import type { Event, RunEnd } from '../report/events.ts'
import { onOperator } from '../resource/operator.ts'
import { type AnyResource, absent, present, type Resource } from '../resource/resource.ts'
import { usePrivateRoot } from '../resources/private-root-fixture.ts'
import { sh } from '../shell/sh.ts'
import { lockLab } from './lab-lock.ts'
import { play } from './play.ts'
import { perform } from './playbook.ts'
import { defineRole } from './role.ts'
import { labOf, strictProvider } from './testing/lab.ts'

const root = usePrivateRoot()
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-run-lease-'))
  await root().sh('rm -rf /var/lib/andamio /run/lock/andamio-lease* /srv/*')
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

const lease = () => root().sh('cat /var/lib/andamio/lease 2>/dev/null || echo none')
const fence = () => root().sh('cat /var/lib/andamio/fence')
const made = () => root().sh('ls -A /srv')

/** A file on the host; `meanwhile` is done before it is made. */
const file = (name: string, meanwhile = async (): Promise<unknown> => undefined): Resource<boolean> => ({
  kind: 'made',
  id: name,
  probe: {
    of: 'host',
    keys: [name],
    script: () => sh`if [ -e ${`/srv/${name}`} ]; then echo yes; else echo no; fi`,
    parse: output => (output === 'yes' ? present(true) : absent),
  },
  diff: is => (is.is === 'present' ? [] : [{ attribute: 'made', before: false, after: true }]),
  async apply(on) {
    await meanwhile()
    await on.run(sh`touch ${`/srv/${name}`}`, { what: `make ${name}` })
  },
})

interface World {
  /** Each has a state folder of its own, as on machines of their own. */
  readonly operator?: string
  readonly check?: boolean
  readonly is?: Found['is'] | 'lost'
  /** Done when the lease's host is first spoken to. */
  readonly onFirst?: () => Promise<unknown>
  /** Host or group that is played on. */
  readonly on?: string
}

async function run(resources: readonly AnyResource[], world: World = {}) {
  const { operator = 'one', check = false, is = 'running', on = 'worker', onFirst } = world
  vi.stubEnv('XDG_STATE_HOME', join(folder, operator))
  const names = ['cp', 'worker']
  const found: Found = { is: 'running', endpoint: sshEndpoint(), address: '127.0.0.1' }
  const provider = strictProvider({ worker: found, ...(is === 'absent' ? {} : { cp: found }) })
  const events: Event[] = []
  const role = defineRole({ name: 'r', summary: '', vars: {}, resources: () => resources })
  const exit = await perform(
    { name: 'up', steps: [play('p', { on, roles: [role] })], exclusive: true },
    {
      ...{
        lab: { ...labOf(names, { first: ['cp'] }), name: 'x' },
        warnings: [],
        command: 'the same again',
        leaseOn: 'first',
      },
      options: { playbook: 'up', check, forks: 5, yes: true },
      reporters: [{ on: event => events.push(event), close: () => undefined }],
      provider: async () => provider,
      connect: () => async host => {
        if (host === 'cp') await onFirst?.()
        if (host === 'cp' && is === 'lost') throw unreachable(host, 'it is silent')
        return root().connection
      },
    },
  )
  const end = events.at(-1) as RunEnd
  const failures = events.filter(event => event.type === 'resource.end' && event.outcome === 'failed')
  return { exit, end, events, failures }
}

it('is had from the first write to the end, and every host that was written to knows of it', async () => {
  let during = ''
  const look = async () => {
    during = await lease()
  }
  const { exit } = await run([file('a', look)])
  const [token, id, seat, since, who, what] = during.split('\n')
  expect([exit, who, what]).toEqual([0, expect.stringMatching(`^\\w+@.*, process ${process.pid}$`), 'up of lab x'])
  expect([id?.length, seat?.length, Date.parse(since ?? '') > 0]).toEqual([36, 64, true])
  expect([await fence(), (await lease()).split('\n').slice(0, 3)]).toEqual([token, [token, '', '']])
})

it('costs nothing where nothing is to be done, and nothing is taken in check mode', async () => {
  await root().sh('touch /srv/a')
  const before = root().connection.roundTrips
  expect(await run([file('a')])).toMatchObject({ exit: 0 })
  expect(await run([file('b')], { check: true })).toMatchObject({ exit: 2 })
  // What the host is and how its file stands, in one for each of the two.
  expect([root().connection.roundTrips - before, await lease()]).toEqual([2, 'none'])
})

it('is not needed for what is made on this machine', async () => {
  let here = false
  const own: Resource<true, undefined> = {
    ...{ kind: 'own', id: 'x', probe: onOperator(async () => (here ? present<true>(true) : absent)) },
    diff: is => (is.is === 'present' ? [] : [{ attribute: 'made', before: false, after: true }]),
    apply: async () => {
      here = true
    },
  }
  expect(await run([own])).toMatchObject({ exit: 0 })
  expect([here, await lease()]).toEqual([true, 'none'])
})

it('ends a second run from elsewhere with one error, before it has done anything', async () => {
  const second = async () => {
    const other = await run([file('b')], { operator: 'two', on: 'all' })
    expect(other).toMatchObject({ exit: 75, failures: [], end: { failure: { code: 'lease-held', place: 'cp' } } })
    expect(other.end.failure?.message).toContain('up of lab x by')
  }
  expect(await run([file('a', second), file('c')])).toMatchObject({ exit: 0 })
  expect(await made()).toBe('a\nc')
})

it('lets a run look again, for what it saw before may be what another was about to change', async () => {
  const never = () => Promise.reject(new Error('it was there already'))
  const { exit, end } = await run([file('a', never), file('b')], { onFirst: () => root().sh('touch /srv/a') })
  expect([exit, await made(), end.hosts.worker?.changed]).toEqual([0, 'a\nb', 2])
})

it('ends a run that another has overtaken while it slept, before its next write', async () => {
  const overtaken = async () => {
    await root().sh(
      'read -r now _ </proc/uptime; now=$(echo "$now" | cut -d. -f1); echo $((now - 45)) >/run/lock/andamio-lease.renewed',
    )
    expect(await run([file('b')], { operator: 'two' })).toMatchObject({ exit: 0 })
  }
  const first = await run([file('a'), file('c', overtaken), file('d')])
  expect(first).toMatchObject({ exit: 75, failures: [], end: { failure: { code: 'lease-lost' } } })
  expect(await made()).toBe('a\nb')
})

it('is taken over at once from a run that was killed here', async () => {
  const state = join(folder, 'one', 'andamio', 'x')
  const lock = await lockLab(state, 'up')
  await writeFile(join(state, 'key'), '') // as of a lab that is there
  await lock.release()
  await root().sh(`mkdir -p /var/lib/andamio; printf '%s\\n' 5 dead ${lock.seat} then me up >/var/lib/andamio/lease
read -r now _ </proc/uptime; echo "\${now%.*}" >/run/lock/andamio-lease.renewed`)
  expect(await run([file('a')], { operator: 'two' })).toMatchObject({ exit: 75 })
  expect(await run([file('a')], { operator: 'one' })).toMatchObject({ exit: 0 })
})

it('is not missed while its host does not exist, and its absence is told where it cannot be reached', async () => {
  expect(await run([file('a')], { is: 'absent' })).toMatchObject({ exit: 0 })
  const { exit, events } = await run([file('b')], { is: 'lost' })
  const notices = events.flatMap(event => (event.type === 'notice' ? [event.text] : []))
  expect([exit, await made(), await lease(), notices.length]).toEqual([0, 'a\nb', 'none', 1])
  expect(notices[0]).toContain('cp cannot be reached (it is silent)')
})
