import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { parseInventory } from '../../engine/inventory/parse.ts'
import { InventoryError } from '../../engine/inventory/problems.ts'
import { type ProviderName, providerFields, providerNames } from '../../engine/inventory/provider-fields.ts'
import { play } from '../../engine/play/play.ts'
import { inventoryNeeds } from './inventory-needs.ts'
import * as roles from './roles.ts'

const roleVars = Object.fromEntries(Object.values(roles).map(role => [role.name, role.vars]))
const needs = inventoryNeeds([play('Build', { on: 'all', roles: [roles.kubernetes, roles.controlPlane] })])

const settings: Readonly<Record<ProviderName, object>> = {
  local: {},
  static: { sshConfig: 'none' },
  ec2: { region: 'eu-west-1', operators: '203.0.113.7/32' },
  vagrant: { network: '192.168.56.0/24' },
  multipass: {},
}
const size: Readonly<Record<ProviderName, object>> = {
  local: { memory: '3G', cpus: 2 },
  static: { address: '192.0.2.10' },
  ec2: { type: 't3.medium' },
  vagrant: { memory: '3G', cpus: 2 },
  multipass: { memory: '3G', cpus: 2 },
}

/** Paths of what is told, of a lab that is in order but for these values. */
function told(provider: ProviderName, own: object, host: object): string[] {
  const cp = { groups: ['control-plane', 'cluster'], ...size[provider], ...host }
  const given = provider in own ? own : { [provider]: { ...settings[provider], ...own } }
  try {
    parseInventory('lab.yaml', stringify({ lab: 'odd', provider, ...given, hosts: { cp } }), { roleVars, needs })
    return []
  } catch (error) {
    if (!(error instanceof InventoryError)) throw error
    return error.problems.map(({ path }) => path)
  }
}

const odd = [null, true, -1, '', [], [7], { a: 'b' }]

it.each(providerNames)('tells each odd value of %s at that field alone, whatever it is', provider => {
  expect(told(provider, {}, {})).toEqual([])
  const fields = { [provider]: providerFields[provider].settings, 'hosts.cp': providerFields[provider].host }
  for (const [at, shape] of Object.entries(fields))
    for (const field of Object.keys(shape))
      for (const value of odd) {
        const problems =
          at === provider ? told(provider, { [field]: value }, {}) : told(provider, {}, { [field]: value })
        const elsewhere = problems.filter(path => path.replace(/\.\d+$/, '') !== `${at}.${field}`)
        // A mistake in the form of every field: a map is the value of none.
        const unseen = typeof value === 'object' && value !== null && 'a' in value && problems.length === 0
        expect({ field, value, elsewhere, unseen }).toEqual({ field, value, elsewhere: [], unseen: false })
      }
  for (const value of [null, 'a', 7, [], [{}]]) expect(told(provider, { [provider]: value }, {})).toEqual([provider])
})

it('refuses hosts where pods and services have their addresses, whoever makes them', () => {
  expect(told('local', { subnet: '10.244.7.0/24' }, {})).toEqual(['local.subnet'])
  expect(told('vagrant', { network: '10.96.0.0/16' }, {})).toEqual(['vagrant.network'])
  // By which one of several addresses is chosen.
  expect(told('multipass', { network: '10.0.0.0/8' }, {})).toEqual([])
  expect(told('static', {}, { address: '10.244.0.5' })).toEqual(['hosts.cp.address'])
  expect(told('static', {}, { internal: '10.96.0.1' })).toEqual(['hosts.cp.internal'])
})

it('refuses networks of Vagrant that have no room, and addresses in them that are taken', () => {
  expect(told('vagrant', { network: '192.168.56.7/24' }, {})).toEqual(['vagrant.network'])
  expect(told('vagrant', { network: '192.168.56.0/25' }, {})).toEqual(['vagrant.network'])
  for (const [number, problems] of [
    [0, 1],
    [1, 1],
    [2, 0],
    [254, 0],
    [255, 1],
  ])
    expect([number, told('vagrant', {}, { address: `192.168.56.${number}` }).length]).toEqual([number, problems])
})

it('takes addresses and names of hosts, and nothing that only looks like one', () => {
  for (const address of ['192.0.2.1', 'k8s-1.lab.example', 'db_1', '2001:db8::1', '9lives', '3com.example'])
    expect([address, told('static', {}, { address })]).toEqual([address, []])
  for (const address of [
    '192.0.2.999',
    '192.0.2.1:22',
    'ann@192.0.2.1',
    'host.example:22',
    '192.0.2',
    '2001:db8::1::2',
  ])
    expect([address, told('static', {}, { address })]).toEqual([address, ['hosts.cp.address']])
})
