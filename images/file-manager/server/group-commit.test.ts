import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { FileManagerError } from '../protocol/errors.ts'
import { GroupCommit } from './group-commit.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-manager-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const at = (name: string): string => join(folder, name)

test('many are renamed, and each learns what became of his own', async () => {
  const commits = new GroupCommit(folder)
  for (let i = 0; i < 50; i++) writeFileSync(at(`from-${i}`), String(i))
  mkdirSync(at('folder'))
  writeFileSync(at('late'), '')
  const refusal = new FileManagerError('cancelled', 'no')
  const results = await Promise.allSettled([
    ...Array.from({ length: 50 }, (_, i) => commits.commit(at(`from-${i}`), at(`to-${i % 25}`), () => undefined)),
    commits.commit(at('gone'), at('x'), () => undefined),
    commits.commit(at('late'), at('folder'), () => undefined),
    commits.commit(at('late'), at('y'), () => {
      throw refusal
    }),
  ])
  expect(results.slice(0, 50).every(({ status }) => status === 'fulfilled')).toBe(true)
  const reasons = results.slice(50).map(result => (result as PromiseRejectedResult).reason.errorCode)
  expect(reasons).toEqual(['superseded', 'name', 'cancelled'])
  expect(readdirSync(folder)).toHaveLength(27)
  for (let i = 0; i < 25; i++) expect([i, i + 25]).toContain(Number(readFileSync(at(`to-${i}`), 'utf8')))
})

test('a folder that cannot be synced acknowledges nothing', async () => {
  const commits = new GroupCommit(at('missing'))
  writeFileSync(at('from'), '')
  const commit = commits.commit(at('from'), at('to'), () => undefined)
  await expect(commit).rejects.toMatchObject({ errorCode: 'storage' })
})
