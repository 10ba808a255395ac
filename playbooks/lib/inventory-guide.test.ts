import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parseInventory } from '../../engine/inventory/parse.ts'
import type { RoleVars } from '../../engine/inventory/variables.ts'
import { play } from '../../engine/play/play.ts'
import { AddressesOf } from '../../engine/play/role.ts'
import { upstreamVars } from '../../kube/upstream.ts'
import { labNeeds } from './lab-needs.ts'
import * as roles from './roles.ts'
import { inProcess } from './testing/in-process.ts'

const guide = readFileSync(new URL('../../docs/inventory.md', import.meta.url), 'utf8')
const declared: RoleVars = {
  ...Object.fromEntries(Object.values(roles).map(({ name, vars }) => [name, vars])),
  upstream: upstreamVars,
}

/** `role.variable` and its default, as the guide writes it. */
const inGuide = new Map(
  [...guide.matchAll(/^\| `([\w-]+)` \| `(\w+)` \| (.+?) \| .+ \|$/gm)].map(
    ([, role, name, fallback = '']) => [`${role}.${name}`, fallback] as const,
  ),
)

it('lists every variable that an inventory may set, and no other', () => {
  const names = Object.entries(declared).flatMap(([role, vars]) => Object.keys(vars).map(name => `${role}.${name}`))
  expect([...inGuide.keys()].sort()).toEqual(names.sort())
})

it('has their defaults', () => {
  for (const [role, vars] of Object.entries(declared)) {
    for (const [name, fallback] of Object.entries(vars)) {
      // Keys and their fingerprints are too long for a table, and move with their publishers.
      if (/^kubernetesKeyUrl$|Fingerprint$/.test(name)) continue
      const shown =
        fallback instanceof AddressesOf ? `addresses of \`${fallback.group}\`` : `\`${JSON.stringify(fallback)}\``
      expect([role, name, inGuide.get(`${role}.${name}`)]).toEqual([role, name, shown])
    }
  }
})

const [, example = ''] = guide.match(/```yaml\n([\s\S]*?)```/) ?? []

it('shows an inventory that up takes', () => {
  const knownGroups = ['control-plane', 'workers', 'cluster', 'storage', 'registry']
  const needs = labNeeds([play('All of it', { on: 'all', roles: Object.values(roles) })])
  const lab = parseInventory('guide.yaml', example, { roleVars: declared, knownGroups, needs })
  expect(lab.hosts.map(({ name }) => name)).toEqual(['cp', 'worker1', 'worker2', 'worker3', 'nfs'])
})

it('shows one of which a check knows the whole plan before anything is there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'guide-'))
  const inventory = join(folder, 'guide.yaml')
  // This machine may have a lab by the name that the guide shows.
  await writeFile(inventory, example.replace(/^lab: .*/m, `lab: guide-${process.pid}`))
  const env = { XDG_STATE_HOME: join(folder, 'state'), XDG_CACHE_HOME: join(folder, 'cache') }
  const { exit, stdout } = await inProcess('up', ['--check', '--json', '--inventory', inventory], env)
  await rm(folder, { recursive: true })
  expect(exit).toBe(2)
  expect(stdout).toContain('"id":"/srv/share"')
})
