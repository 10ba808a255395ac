import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockedPackages } from './locked-packages.ts'

let root: string
const packages = {
  '': {},
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a', dependencies: { b: '^2', c: '1' } },
  'node_modules/a/node_modules/b': { version: '2.0.0', integrity: 'sha512-b2', dependencies: { c: '1' } },
  'node_modules/b': { version: '1.0.0', integrity: 'sha512-b1' },
  'node_modules/c': { version: '1.5.0', integrity: 'sha512-c', dependencies: { a: '1' } },
  'node_modules/@x/y': { version: '3.0.0', integrity: 'sha512-y' },
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'andamio-lock-'))
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }))
})
afterEach(() => rmSync(root, { recursive: true }))

const pinned = (...names: string[]) => lockedPackages(root, names).map(({ pinned }) => pinned)

test('a package comes with all that it depends on, each in the version that it finds', () => {
  expect(pinned('a')).toEqual(['a 1.0.0 sha512-a', 'b 2.0.0 sha512-b2', 'c 1.5.0 sha512-c'])
  expect(pinned('b', '@x/y')).toEqual(['@x/y 3.0.0 sha512-y', 'b 1.0.0 sha512-b1'])
})

test('a package that is not pinned is an error', () => {
  expect(() => pinned('nowhere')).toThrow('package-lock.json has no nowhere')
})
