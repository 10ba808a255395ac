import { afterEach, expect, it, vi } from 'vitest'
import type { HostWriter } from '../resource/host.ts'
import { absent } from '../resource/resource.ts'
import { aptUpdate } from './apt-get.ts'
import { usePrivateRoot } from './private-root-fixture.ts'
import { waitFor } from './wait-for.ts'

const root = usePrivateRoot()
afterEach(() => {
  vi.useRealTimers()
})

/** A host that always answers the same. */
function host(answer: string, waiting: () => void, signal = new AbortController().signal): HostWriter {
  return {
    host: 'one',
    facts: root().writer.facts,
    signal,
    run: async () => answer,
    upload: () => Promise.reject(new Error('nothing is to be sent')),
    makeDirectory: () => Promise.reject(new Error('nothing is to be made')),
    waiting,
    on: () => Promise.reject(new Error('no other target here')),
  }
}

/** The run is interrupted while the host is waited for, and then nothing more is asked. */
function waitedFor(answer: string): HostWriter {
  const interrupt = new AbortController()
  const on = host(answer, () => interrupt.abort(), interrupt.signal)
  const run = vi
    .fn(on.run)
    .mockRejectedValue(new Error('asked again after the interrupt'))
    .mockResolvedValueOnce(answer)
  return { ...on, run }
}

const locked = '100\nE: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt-get)'

it('ends the wait for the package lock', async () => {
  await expect(aptUpdate(waitedFor(locked))).rejects.toMatchObject({ name: 'AbortError' })
})

it('ends the wait for a condition', async () => {
  const wait = waitFor({ id: 'a thing', script: 'exit 1', limitSeconds: 600, everySeconds: 0.1, next: 'look' })
  await expect(wait.apply(waitedFor('not yet\n'), absent)).rejects.toMatchObject({ name: 'AbortError' })
})

it('ends by itself at the limit of the package lock, as held by somebody else', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const run = vi.fn(async () => {
    vi.advanceTimersByTime(601_000)
    return locked
  })
  await expect(aptUpdate({ ...host(locked, () => undefined), run })).rejects.toMatchObject({
    exit: 75,
    failure: { code: 'apt-locked', cause: expect.stringContaining('process 7 (apt-get)') },
  })
  expect(run).toHaveBeenCalledTimes(1)
})
