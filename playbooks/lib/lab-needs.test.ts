import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parse as parseYaml, stringify } from 'yaml'
import { parseInventory } from '../../engine/inventory/parse.ts'
import { InventoryError } from '../../engine/inventory/problems.ts'
import { play } from '../../engine/play/play.ts'
import { labNeeds } from './lab-needs.ts'
import * as roles from './roles.ts'

const up = [play('Build', { on: 'all', roles: [roles.kubernetes, roles.controlPlane, roles.images, roles.manifests] })]
const builtin = readFileSync(new URL('../../inventory/local.yaml', import.meta.url), 'utf8')
/** Without its file manager, of which some of these tests have one of their own. */
const text = builtin.replace(/^ {2}file-manager: .*\n/m, '')
const knownGroups = ['control-plane', 'workers', 'cluster', 'storage', 'registry']
const roleVars = Object.fromEntries(Object.values(roles).map(role => [role.name, role.vars]))

function told(inventory: string, steps = up): string[] {
  try {
    parseInventory('lab.yaml', inventory, { roleVars, knownGroups, needs: labNeeds(steps) })
    return []
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error
    return error.problems.map(({ place, path, message, hint }) => `${place} ${path}: ${message} (${hint})`)
  }
}

/** As the proofs do: one host for everything. */
const alone = (groups: readonly string[]) => {
  const hosts = { cp: { groups, memory: '3G', cpus: 1 } }
  return stringify({ lab: 'one', provider: 'local', hosts, groups: { workers: {} } })
}

it('takes the embedded default, its workers as a range, and one host for everything', () => {
  expect(told(builtin)).toEqual([])
  const { hosts, ...rest } = parseYaml(builtin)
  const { cp, worker1, nfs } = hosts
  expect(told(stringify({ ...rest, hosts: { cp, 'worker[1:3]': worker1, nfs } }))).toEqual([])
  expect(told(alone(['control-plane', 'cluster', 'storage', 'registry']))).toEqual([])
})

it.each([
  [
    'no control plane',
    text.replace('[control-plane], memory', '[workers], memory'),
    /^lab\.yaml:9:1 hosts: no host is in the group control-plane \(give one host /,
  ],
  [
    'two of them',
    text.replace('  cp:', '  cp[1:2]:'),
    /^lab\.yaml:10:3 hosts\.cp\[1:2\]: is a second control plane beside cp1 .*put cp2 into workers/,
  ],
  [
    'nodes that are not in the cluster',
    text.replace('children: [control-plane, workers]', 'children: [workers]'),
    /^lab\.yaml:10:3 hosts\.cp: what makes a node is installed on the group cluster, without cp \(add under groups/,
  ],
  [
    'no storage',
    text.replace('[storage, registry]', '[registry]'),
    /^lab\.yaml:9:1 hosts: no host is in the group storage \(give one host .* the manifests probe/,
  ],
  [
    'no registry',
    text.replace('[storage, registry]', '[storage]'),
    /^lab\.yaml:9:1 hosts: no host is in the group registry \(give one host .* the images probe/,
  ],
  [
    'pods that are to mount what is not exported',
    `${text}  nfs-server: { path: /srv/share }\n`,
    /^lab\.yaml:14:3 hosts\.nfs: exports \/srv\/share, and pods are to mount \/mnt\/nfs-share .*storagePath: \/srv\/share/,
  ],
])('refuses %s, at its line', (_, inventory, expected) => {
  expect(told(inventory)).toEqual([expect.stringMatching(expected)])
})

it('takes the file manager in each variant, and tells what one lacks', () => {
  const having = (inventory: string, variant: string) => told(`${inventory}  file-manager: { variant: ${variant} }\n`)
  expect(['none', 'basic', 'advanced1', 'advanced2'].map(variant => having(text, variant))).toEqual([[], [], [], []])
  expect(having(text, 'advanced3')).toEqual([expect.stringMatching(/no variant advanced3 \(did you mean advanced/)])
  const bare = text.replace('[storage, registry]', '[registry]').replace('vars:', 'vars:\n  manifests: { folders: [] }')
  expect(having(bare, 'basic')).toEqual([])
  expect(having(bare, 'advanced2')).toEqual([expect.stringMatching(/group storage .* the file manager lie there/)])
  const alone = text.replaceAll('groups: [workers]', 'groups: [registry]')
  expect(having(alone, 'basic')).toEqual([expect.stringMatching(/no host is in the group workers/)])
  expect(told(`${text}  file-manager: { variant: advanced3 }\n`, [])).toEqual([])
})

it('needs no registry of its own for images that go to another', () => {
  const elsewhere = `${text.replace('[storage, registry]', '[storage]')}  images: { registry: docker.io, account: me }\n`
  expect(told(elsewhere)).toEqual([])
})

it('takes what is exported elsewhere where pods know it, or mount a part of it', () => {
  const moved = (storagePath: string) =>
    `${text}  nfs-server: { path: /srv/share }\n  manifests: { storagePath: ${storagePath} }\n`
  expect([told(moved('/srv/share')), told(moved('/srv/share/part'))]).toEqual([[], []])
  expect(told(moved('/srv/shared'))).toHaveLength(1)
})

it('asks nothing of a lab on which nothing is built, and no storage where nothing is kept there', () => {
  const impossible = alone(['workers'])
  expect(told(impossible)).toHaveLength(4)
  expect(told(impossible, [])).toEqual([])
  expect(
    told(`${alone(['control-plane', 'cluster'])}vars: { manifests: { folders: [] }, images: { names: [] } }\n`),
  ).toEqual([])
})
