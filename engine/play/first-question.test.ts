import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { sshEndpoint } from '../connection/testing/endpoint.ts'
import type { Event } from '../report/events.ts'
import { file } from '../resources/file.ts'
import { usePrivateRoot } from '../resources/private-root-fixture.ts'
import { play } from './play.ts'
import { perform } from './playbook.ts'
import { defineRole } from './role.ts'
import { labOf, strictProvider } from './testing/lab.ts'

const root = usePrivateRoot()
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-first-question-'))
  vi.stubEnv('XDG_STATE_HOME', folder)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await root().sh('rm -rf /run/cloud-init /srv/*')
  await rm(folder, { recursive: true })
})

/** One file that names the system of its host, which no role knows before the host has answered. */
const role = defineRole({
  name: 'named',
  summary: '',
  vars: {},
  resources: (_, view) => [
    file({ path: '/srv/named', content: view.lab.fact<{ id: string }>(`os of ${view.host}`).map(os => `${os.id}\n`) }),
  ],
})

function run(check: boolean, on: (event: Event) => void = () => undefined) {
  const events: Event[] = []
  const exit = perform(
    { name: 'up', steps: [play('p', { on: 'all', roles: [role] })], exclusive: true },
    {
      ...{ lab: labOf(['a']), warnings: [], command: 'the same again' },
      options: { playbook: 'up', check, forks: 5, yes: true },
      reporters: [
        { on: event => events.push(event), close: () => undefined },
        { on, close: () => undefined },
      ],
      provider: async () => strictProvider({ a: { is: 'running', endpoint: sshEndpoint(), address: '127.0.0.1' } }),
      connect: () => async () => root().connection,
    },
  )
  return { exit, events }
}

const outcomes = (events: readonly Event[]) =>
  events.flatMap(event => (event.type === 'resource.end' ? [[event.outcome, event.why]] : []))

it('goes with that of what the host is, which roles build on', async () => {
  const before = root().connection.roundTrips
  const { exit, events } = run(true)
  expect([await exit, outcomes(events), root().connection.roundTrips - before]).toEqual([
    2,
    [['would-change', undefined]],
    1,
  ])
})

const atWork = `mkdir -p /run/cloud-init; echo '{"v1": {"stage": "modules-final"}}' >/run/cloud-init/status.json
printf '#!/bin/sh\\necho ActiveState=activating\\n' >/usr/local/bin/systemctl; chmod 755 /usr/local/bin/systemctl`
const done = `echo '{"v1": {"errors": []}}' >/run/cloud-init/result.json`

it('is asked again once cloud-init has ended, which may have changed everything', async () => {
  await root().sh(`${atWork}; echo other >/srv/named`)
  const { exit, events } = run(false, event => {
    // What it makes last is just what is wished for.
    if (event.type === 'wait')
      void root().sh(`. /etc/os-release; echo "$ID" >/srv/named; chmod 644 /srv/named; ${done}`)
  })
  expect([await exit, outcomes(events)]).toEqual([0, [['ok', undefined]]])
})

it('has no answer in check mode while cloud-init is at work', async () => {
  await root().sh(atWork)
  const { exit, events } = run(true)
  expect([await exit, outcomes(events)]).toEqual([3, [['unknown', 'until cloud-init on a ends']]])
})
