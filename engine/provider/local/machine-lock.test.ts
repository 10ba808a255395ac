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
    withMachineLock(async () => {
      order.push(`${name} begins`)
      await new Promise(resolve => setImmediate(resolve))
      order.push(`${name} ends`)
    }, folder)
  await Promise.all([one('a'), one('b')])
  const [first, second] = order[0]?.startsWith('a') ? ['a', 'b'] : ['b', 'a']
  expect(order).toEqual([`${first} begins`, `${first} ends`, `${second} begins`, `${second} ends`])
})

it('ends as locked by someone else when that one does not come to an end', async () => {
  await withMachineLock(async () => {
    const late = withMachineLock(async () => 'in', folder, 0)
    await expect(late).rejects.toMatchObject({ exit: 75, failure: { code: 'machine-locked' } })
  }, folder)
  expect(await withMachineLock(async () => 'in', folder)).toBe('in')
})
