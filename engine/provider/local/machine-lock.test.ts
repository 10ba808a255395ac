import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { withMachineLock } from './machine-lock.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machine-lock-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('lets one lab after the other change what they share', async () => {
  const order: string[] = []
  const one = (name: string) =>
    withMachineLock(
      async () => {
        order.push(`${name} begins`)
        await new Promise(resolve => setImmediate(resolve))
        order.push(`${name} ends`)
      },
      { folder },
    )
  await Promise.all([one('a'), one('b')])
  const [first, second] = order[0]?.startsWith('a') ? ['a', 'b'] : ['b', 'a']
  expect(order).toEqual([`${first} begins`, `${first} ends`, `${second} begins`, `${second} ends`])
})

it('ends as locked by someone else when that one does not come to an end', async () => {
  await withMachineLock(
    async () => {
      const late = withMachineLock(async () => 'in', { folder, limitSeconds: 0 })
      await expect(late).rejects.toMatchObject({ exit: 75, failure: { code: 'machine-locked' } })
    },
    { folder },
  )
  expect(await withMachineLock(async () => 'in', { folder })).toBe('in')
})

it('hears an interrupt while it waits, and leaves nobody waiting', async () => {
  const interrupt = new AbortController()
  const told: unknown[] = []
  await withMachineLock(
    async () => {
      const waiting = (...what: unknown[]) => {
        told.push(what)
        interrupt.abort(new Error('interrupted'))
      }
      const late = withMachineLock(async () => 'in', { folder, signal: interrupt.signal, waiting })
      await expect(late).rejects.toThrow('interrupted')
    },
    { folder },
  )
  expect(told).toEqual([['another lab to change the network of this machine', 60]])
  expect(await withMachineLock(async () => 'in', { folder, limitSeconds: 0 })).toBe('in')
})

it('keeps the lock for work under way when the run is interrupted', async () => {
  const interrupt = new AbortController()
  const done = await withMachineLock(
    async () => {
      interrupt.abort(new Error('interrupted'))
      const other = withMachineLock(async () => 'in', { folder, limitSeconds: 0 })
      await expect(other).rejects.toMatchObject({ exit: 75 })
      return 'done'
    },
    { folder, signal: interrupt.signal },
  )
  expect(done).toBe('done')
})
