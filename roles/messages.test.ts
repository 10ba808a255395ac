import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const textOf = (...folders: readonly string[]): string =>
  folders
    .flatMap(folder =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(it => join(folder, it)),
    )
    .filter(file => /\.m?[jt]s$/.test(file) && !/\.test\.ts$|\/samples\//.test(file))
    .map(file => readFileSync(join(root, file), 'utf8'))
    .join('\n')
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found]) => found as string)
const product = textOf('engine', 'kube', 'playbooks', 'roles')

test('whoever is told to look at the log of a unit finds one that a role runs', () => {
  const units = new Set(all(textOf('roles'), /systemdUnit\(\{\s*name: '([^']+)'/g))
  const named = all(product, /journalctl (?:-[^u]\S* )*-u ([\w@.-]+)/g)
  expect(named.length).toBeGreaterThan(3)
  expect(named.filter(unit => !units.has(unit))).toEqual([])
})

test('whoever is told of an inventory by its name finds one', () => {
  const there = readdirSync(join(root, 'inventory')).map(file => file.replace(/\.yaml$/, ''))
  const named = all(product, /--inventory (?!\S*\.yaml)([a-z]\w*(?:(?:, | or )[a-z]\w*(?=[,. ]))*)/g)
  expect(named.length).toBeGreaterThan(1)
  expect(named.flatMap(list => list.split(/, | or /)).filter(name => !there.includes(name))).toEqual([])
})
