import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Late } from '../resource/late.ts'
import { type Answer, absent, type Resource } from '../resource/resource.ts'
import { Secret } from '../shell/secret.ts'
import { sha256 } from './content.ts'
import { operatorFile, operatorFileAbsent } from './operator-file.ts'

let folder: string
const file = () => join(folder, 'andamio/demo/client.json')
const nothing = { change: () => false }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-operator-'))
})
afterEach(() => rm(folder, { recursive: true }))

// biome-ignore lint/suspicious/noExplicitAny: states of both resources.
async function converge(resource: Resource<any, any>): Promise<readonly unknown[]> {
  const look = async () => {
    if (resource.probe.of !== 'api') throw new Error('it lies on this machine')
    return (await resource.probe.read(undefined)) as Answer<never>
  }
  const is = await look()
  if (is.is === 'unknown') throw new Error(is.why)
  const changes = resource.diff(is, nothing)
  if (changes.length > 0) await resource.apply(undefined, is)
  const after = await look()
  if (after.is === 'unknown') throw new Error(after.why)
  expect(resource.diff(after, nothing)).toEqual([])
  return changes
}

test('a secret is written for its owner alone, and told by its sum', async () => {
  const secret = operatorFile(file(), new Secret('one\n'))
  expect(await converge(secret)).toEqual([
    { attribute: 'content', before: null, after: sha256('one\n') },
    { attribute: 'mode', before: null, after: '0600' },
  ])
  expect(await readFile(file(), 'utf8')).toBe('one\n')
  expect((await stat(join(folder, 'andamio/demo'))).mode & 0o777).toBe(0o700)
  expect(await converge(secret)).toEqual([])
  await chmod(file(), 0o644)
  expect(await converge(secret)).toEqual([{ attribute: 'mode', before: '0644', after: '0600' }])
})

test('what is not known yet is late, and is not written', () => {
  const late = operatorFile(file(), new Late<string>('address of cp', () => undefined))
  expect(late.diff(absent, nothing)).toContainEqual({
    attribute: 'content',
    before: null,
    after: { late: 'address of cp' },
  })
})

test('absent takes the file and its folder, and leaves what else lies there', async () => {
  expect(await converge(operatorFileAbsent(file()))).toEqual([])
  await converge(operatorFile(file(), 'one\n'))
  await writeFile(join(folder, 'andamio/demo/other'), '')
  expect(await converge(operatorFileAbsent(file()))).toHaveLength(1)
  expect(await readdir(join(folder, 'andamio/demo'))).toEqual(['other'])
  await rm(join(folder, 'andamio/demo/other'))
  await converge(operatorFile(file(), 'one\n'))
  await converge(operatorFileAbsent(file()))
  expect(await readdir(join(folder, 'andamio'))).toEqual([])
})

test('absent takes the folders above it that it is told of, and none in which others lie', async () => {
  const above = [join(folder, 'andamio')]
  await converge(operatorFile(file(), 'one\n'))
  await writeFile(join(folder, 'andamio/of-another'), '')
  await converge(operatorFileAbsent(file(), above))
  expect(await readdir(join(folder, 'andamio'))).toEqual(['of-another'])
  await rm(join(folder, 'andamio/of-another'))
  await converge(operatorFile(file(), 'one\n'))
  await converge(operatorFileAbsent(file(), above))
  expect(await readdir(folder)).toEqual([])
})
