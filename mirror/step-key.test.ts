import { mkdir } from 'node:fs/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { folderOf, hashOf, isBuilt, keyOf } from './step-key.ts'
import { scratchFolder, stepOf } from './testing/fixtures.ts'

const cache = scratchFolder()

test('equal inputs have equal keys, and every input counts', async () => {
  const key = await keyOf(stepOf({}))
  expect(key).toMatch(/^[0-9a-f]{16}$/)
  expect(await keyOf(stepOf({ summary: 'said otherwise' }))).toBe(key)
  expect(await keyOf(stepOf({ name: 'other' }))).not.toBe(key)
  expect(await keyOf(stepOf({ inputs: async () => ['2'] }))).not.toBe(key)
})

test('what a step needs counts, down to the bottom', async () => {
  const chain = (version: string) => {
    const bottom = stepOf({ name: 'bottom', inputs: async () => [version] })
    return stepOf({ name: 'top', needs: [stepOf({ name: 'middle', needs: [bottom] })] })
  }
  expect(await keyOf(chain('1'))).toBe(await keyOf(chain('1')))
  expect(await keyOf(chain('2'))).not.toBe(await keyOf(chain('1')))
})

test('different lists of texts never hash alike by running together', () => {
  expect(hashOf(['ab', 'c'])).not.toBe(hashOf(['a', 'bc']))
  expect(hashOf(['1:a'])).not.toBe(hashOf(['a']))
  const lists = fc.array(fc.string({ maxLength: 4 }), { maxLength: 4 })
  fc.assert(
    fc.property(lists, lists, (a, b) => (JSON.stringify(a) === JSON.stringify(b)) === (hashOf(a) === hashOf(b))),
    { numRuns: 2000 },
  )
})

test('a step is built once its folder is there', async () => {
  expect(await isBuilt(cache.path, stepOf({}))).toBe(false)
  await mkdir(await folderOf(cache.path, stepOf({})), { recursive: true })
  expect(await isBuilt(cache.path, stepOf({}))).toBe(true)
  expect(await isBuilt(cache.path, stepOf({ inputs: async () => ['2'] }))).toBe(false)
})
