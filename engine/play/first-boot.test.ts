import { afterEach, expect, it } from 'vitest'
import type { Event } from '../report/events.ts'
import { usePrivateRoot } from '../resources/private-root-fixture.ts'
import { factsAfterFirstBoot } from './first-boot.ts'

const root = usePrivateRoot()
afterEach(() => root().sh('rm -rf /run/cloud-init /usr/local/bin/date'))

/** What cloud-init leaves while its last stage runs, and a systemctl that says that it does. */
const running = `mkdir -p /run/cloud-init
echo '{"v1": {"stage": "modules-final", "modules-final": {"errors": [], "finished": null}}}' >/run/cloud-init/status.json
printf '#!/bin/sh\\necho ActiveState=activating\\n' >/usr/local/bin/systemctl; chmod 755 /usr/local/bin/systemctl`
const ended = (errors: string, complaints = '{}') => `mkdir -p /run/cloud-init
echo '{"v1": {"stage": null, "init": {"errors": [], "recoverable_errors": ${complaints}}}}' >/run/cloud-init/status.json
echo '{"v1": {"errors": ${errors}}}' >/run/cloud-init/result.json`

function asked({ check = false, limitSeconds = 30, signal = new AbortController().signal } = {}) {
  const events: Event[] = []
  const options = { playbook: 'test', check, forks: 1, yes: true }
  const run = { options, signal, emit: (event: object) => events.push({ ...event, at: '' } as Event) }
  const facts = factsAfterFirstBoot(root().connection, run, { limitSeconds, everySeconds: 0.1 }).then(
    boot => boot.facts,
  )
  return { events, facts }
}

it('waits for cloud-init to end, saying how far it is', async () => {
  await root().sh(running)
  const { events, facts } = asked()
  const wait = { type: 'wait', what: 'cloud-init to end', detail: 'it is in its stage modules-final', limitSeconds: 30 }
  await expect.poll(() => events, { timeout: 10_000 }).toContainEqual(expect.objectContaining(wait))
  await root().sh(ended('[]'))
  expect((await facts).cloudInit).toEqual({ is: 'done', warnings: [] })
})

it('costs one round trip where there is nothing to wait for', async () => {
  const before = root().connection.roundTrips
  const { events, facts } = asked()
  expect((await facts).cloudInit).toEqual({ is: 'none' })
  expect([events, root().connection.roundTrips - before]).toEqual([[], 1])
})

it('does not wait in check mode', async () => {
  await root().sh(running)
  const { events, facts } = asked({ check: true })
  expect((await facts).cloudInit).toMatchObject({ is: 'running' })
  expect(events).toEqual([])
})

it('has a limit, and ends with an interrupt', async () => {
  await root().sh(running)
  await expect(asked({ limitSeconds: 0.2 }).facts).rejects.toMatchObject({
    exit: 70,
    failure: { code: 'cloud-init-unfinished', place: 'private', cause: 'it is in its stage modules-final' },
  })
  const interrupt = new AbortController()
  const { events, facts } = asked({ signal: interrupt.signal })
  await expect.poll(() => events.length, { timeout: 10_000 }).toBeGreaterThan(0)
  interrupt.abort()
  await expect(facts).rejects.toThrow('aborted')
})

it('goes on with a warning for each complaint, and not after errors', async () => {
  await root().sh(ended('[]', '{"WARNING": ["the schema"], "DEPRECATED": ["a key"]}'))
  const { events, facts } = asked()
  await facts
  const told = events.map(event => (event.type === 'notice' ? `${event.level}: ${event.text}` : event.type))
  const on = 'warning: cloud-init on private'
  expect(told).toEqual([`${on}: WARNING: the schema`, `${on}: DEPRECATED: a key`])
  await root().sh(ended('["scripts-user: 1 failures"]'))
  await expect(asked().facts).rejects.toMatchObject({
    exit: 70,
    failure: { code: 'cloud-init-failed', place: 'private', cause: 'scripts-user: 1 failures' },
  })
})

it.each([
  [
    'a clock',
    `printf '#!/bin/sh\\necho welcome\\n' >/usr/local/bin/date; chmod 755 /usr/local/bin/date`,
    'epoch: welcome',
  ],
  [
    'a status of cloud-init',
    `mkdir -p /run/cloud-init; echo '{"v1": [' >/run/cloud-init/status.json`,
    'cloud-init writes',
  ],
])('names a host that tells %s which is none', async (_, garble, cause) => {
  await root().sh(garble)
  await expect(asked().facts).rejects.toMatchObject({
    failure: { code: 'no-facts', place: 'private', cause: expect.stringContaining(cause), next: expect.any(String) },
  })
})
