import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bundle, bundleParts } from './bundle.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))
let root: string
const entry = 'images/demo/server/main.ts'

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'andamio-bundle-'))
  cpSync(join(project, 'package-lock.json'), join(root, 'package-lock.json'))
  symlinkSync(join(project, 'node_modules'), join(root, 'node_modules'))
  write('images/demo/server/main.ts', [
    "import {\n  greeting,\n} from '../shared/greeting.ts'",
    "import type { Wish } from './wish.ts'",
    "import 'node:process'",
    "const { AbortError } = await import('p-retry')",
    "const wish: Wish = 'world'",
    'console.log(greeting.parse(wish), new AbortError(new Error("no")).name)',
  ])
  write('images/demo/shared/greeting.ts', ["export { greeting } from './schema.ts'"])
  write('images/demo/shared/schema.ts', ["import { z } from 'zod'", 'export const greeting = z.string()'])
  write('images/demo/server/wish.ts', ['export type Wish = string'])
  write('images/demo/server/main.test.ts', ["import './main.ts'"])
})
afterEach(() => rmSync(root, { recursive: true }))

function write(file: string, lines: readonly string[]): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), `${lines.join('\n')}\n`)
}

test('what decides a bundle: every source that its imports reach, and packages as they are pinned', () => {
  const { files, pinned } = bundleParts({ root, entry })
  expect(files).toEqual([
    'images/demo/server/main.ts',
    'images/demo/server/wish.ts',
    'images/demo/shared/greeting.ts',
    'images/demo/shared/schema.ts',
  ])
  expect(pinned.map(part => part.replace(/ sha512-.*/, ' sha512'))).toEqual([
    'node20',
    'esbuild 0.28.2 sha512',
    expect.stringMatching(/^is-network-error \d+\.\d+\.\d+ sha512$/),
    expect.stringMatching(/^p-retry 7\.\d+\.\d+ sha512$/),
    expect.stringMatching(/^zod 4\.\d+\.\d+ sha512$/),
  ])
})

test('the one file runs where there are no packages, and comes out the same again', async () => {
  const [one, other] = [join(root, 'out/one.mjs'), join(root, 'out/other.mjs')]
  await bundle({ root, entry }, one)
  await bundle({ root, entry }, other)
  rmSync(join(root, 'node_modules'))
  expect(execFileSync(process.execPath, [one], { encoding: 'utf8' })).toBe('world AbortError\n')
  expect(readFileSync(one, 'utf8')).toBe(readFileSync(other, 'utf8'))
  expect(readFileSync(one, 'utf8')).not.toContain(root)
})

test('a source that imports do not tell of in our way is refused, for no tag would speak of it', async () => {
  write('images/demo/shared/greeting.ts', ['export { greeting } from "./schema.ts"'])
  await expect(bundle({ root, entry }, join(root, 'out.mjs'))).rejects.toThrow(
    'holds zod, images/demo/shared/schema.ts, which its tag leaves out',
  )
})

test('what cannot be made one file is told with its place', async () => {
  write('images/demo/server/wish.ts', ['export const broken = ('])
  write('images/demo/server/main.ts', ["import './wish.ts'"])
  await expect(bundle({ root, entry }, join(root, 'out.mjs'))).rejects.toMatchObject({
    failure: { code: 'image-build-failed', cause: expect.stringContaining('wish.ts:2') },
  })
})
