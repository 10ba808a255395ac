import { chmod, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { contextOf, imageContext } from './context.ts'

let folder: string
const tag = (platform = 'linux/amd64') => imageContext('demo', platform, folder).tag

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-context-'))
  await mkdir(join(folder, 'src'))
  await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\n')
  await writeFile(join(folder, 'src', 'main'), 'one\n')
})
afterEach(() => rm(folder, { recursive: true }))

test('the same sources have the same tag, whatever their times, wherever they lie', async () => {
  const before = tag()
  expect(before).toMatch(/^[0-9a-f]{16}$/)
  await utimes(join(folder, 'Dockerfile'), 0, 0)
  expect(tag()).toBe(before)
  await rename(folder, `${folder}-elsewhere`)
  folder = `${folder}-elsewhere`
  expect(tag()).toBe(before)
})

test('a content, a name, an execute bit and the platform each make another image', async () => {
  const seen = [tag(), tag('linux/arm64')]
  await chmod(join(folder, 'src', 'main'), 0o755)
  seen.push(tag())
  await writeFile(join(folder, 'src', 'main'), 'two\n')
  seen.push(tag())
  await rename(join(folder, 'src', 'main'), join(folder, 'src', 'other'))
  seen.push(tag())
  await writeFile(join(folder, 'empty'), '')
  seen.push(tag())
  expect(new Set(seen).size).toBe(seen.length)
})

test('bytes cannot move from one file to the next unseen', async () => {
  await writeFile(join(folder, 'a'), 'xy')
  await writeFile(join(folder, 'b'), 'z')
  const before = tag()
  await writeFile(join(folder, 'a'), 'x')
  await writeFile(join(folder, 'b'), 'yz')
  expect(tag()).not.toBe(before)
})

test('tests of programs do not count, and links are refused', async () => {
  await writeFile(join(folder, 'go.mod'), 'module demo\n')
  const before = tag()
  await writeFile(join(folder, 'main_test.go'), 'package main\n')
  expect(tag()).toBe(before)
  await symlink('/etc/passwd', join(folder, 'link'))
  expect(() => tag()).toThrow('neither a file nor a directory')
})

test('files are listed in one order everywhere', async () => {
  for (const name of ['b', 'B', 'ä', 'a.b', 'a']) await writeFile(join(folder, name), '')
  expect(contextOf(folder).files).toEqual(['B', 'Dockerfile', 'a', 'a.b', 'b', 'src/main', 'ä'])
})

test('an image of a nested folder has a name that every registry takes', () => {
  expect(imageContext('demo/server', 'linux/amd64', folder).name).toBe('demo-server')
})
