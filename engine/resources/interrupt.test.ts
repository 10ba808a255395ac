import { expect, it } from 'vitest'
import type { HostWriter } from '../resource/host.ts'
import { absent } from '../resource/resource.ts'
import { aptUpdate } from './apt-get.ts'
import { usePrivateRoot } from './private-root-fixture.ts'
import { waitFor } from './wait-for.ts'

const root = usePrivateRoot()

/** A host that always answers the same; the run is interrupted while it is waited for, and then nothing more is asked. */
function waitedFor(answer: string): HostWriter {
  const interrupt = new AbortController()
  let asked = 0
  return {
    host: 'one',
    facts: root().writer.facts,
    signal: interrupt.signal,
    run: async () => {
      if (++asked > 1) throw new Error('asked again after the interrupt')
      return answer
    },
    upload: () => Promise.reject(new Error('nothing is to be sent')),
    waiting: () => interrupt.abort(),
    on: () => Promise.reject(new Error('no other target here')),
  }
}

it('ends the wait for the package lock', async () => {
  const locked = '100\nE: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)'
  await expect(aptUpdate(waitedFor(locked))).rejects.toMatchObject({ name: 'AbortError' })
})

it('ends the wait for a condition', async () => {
  const wait = waitFor({ id: 'a thing', script: 'exit 1', limitSeconds: 600, everySeconds: 0.1, next: 'look' })
  await expect(wait.apply(waitedFor('not yet\n'), absent)).rejects.toMatchObject({ name: 'AbortError' })
})
