import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { listOf } from './testing/list.ts'

const folder = fileURLToPath(new URL('fixtures', import.meta.url))
const fixtures = readdirSync(folder).filter(name => !name.endsWith('.json'))

/** What `ansible-inventory --list` of ansible-core 2.19 has said of the same file. */
const theirs = (name: string) => {
  const { _meta, ...groups } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
  for (const { children } of Object.values<{ children?: string[] }>(groups)) children?.sort()
  return { groups, hostvars: _meta.hostvars }
}

it.each(fixtures)('reads %s as Ansible does', name => {
  expect(listOf([join(folder, name)])).toEqual(theirs(name))
})
