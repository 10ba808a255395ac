import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { LabHosts } from '../../inventory/lab.ts'
import type { RefuseHost } from '../../inventory/parse.ts'
import type { SettingsOf, SizeOf } from '../../inventory/provider-fields.ts'
import { addressIn, overlaps } from '../lab/subnet.ts'
import { besideInventory } from '../static/key-files.ts'

/** Refuses what a Vagrantfile of the operator's own says itself, and what only such a one can say. */
export function refuseOddMachines({ provider, settings, hosts, file }: LabHosts, refuse: RefuseHost): void {
  if (provider !== 'vagrant') return
  const { folder, ...ours } = settings as SettingsOf<'vagrant'>
  if (folder !== undefined) {
    if (!existsSync(join(besideInventory(folder, file), 'Vagrantfile')))
      refuse(undefined, 'holds no Vagrantfile', 'give the folder of yours, relative to this file or in ~/', 'folder')
    if (ours.box !== undefined)
      refuse(undefined, 'your own Vagrantfile names the box', 'leave it out, or leave out the folder', 'box')
  } else refuseOddNetwork(ours.network, refuse)
  const owner = new Map<string, string>()
  for (const { name, size } of hosts) {
    const { machine = name, memory, cpus, address } = size as SizeOf<'vagrant'>
    const other = owner.get(machine.toLowerCase())
    owner.set(machine.toLowerCase(), name)
    if (other !== undefined)
      refuse(
        name,
        `is the machine of ${other}, too, but for the case of its letters`,
        'give each host its own',
        'machine',
      )
    if (folder === undefined) {
      if (memory === undefined || cpus === undefined)
        refuse(
          name,
          'lacks memory or cpus',
          'such as { memory: 2G, cpus: 1 }; or name the `folder` of your own Vagrantfile',
        )
      if (address !== undefined) refuseOddAddress(name, address, ours.network, refuse)
      if ('machine' in size)
        refuse(name, 'is for a Vagrantfile of your own', 'name its `folder`, or leave this out', 'machine')
      continue
    }
    for (const [field, value] of Object.entries({ memory, cpus, address }))
      if (value !== undefined)
        refuse(name, 'your own Vagrantfile says this', 'leave it out, or leave out the folder', field)
  }
}

/** Hosts are given addresses from the tenth on, of 254. */
const narrowest = 24

function refuseOddNetwork(network: string | undefined, refuse: RefuseHost): void {
  if (network === undefined) return
  const [, prefix] = network.split('/')
  const meant = `${addressIn(network, 0)}/${prefix}`
  if (meant !== network) refuse(undefined, 'is an address, not a network', `write ${meant}`, 'network')
  if (Number(prefix) > narrowest)
    refuse(undefined, 'is too small a network', `give it a /${narrowest} or wider`, 'network')
}

function refuseOddAddress(host: string, address: string, network: string | undefined, refuse: RefuseHost): void {
  if (network === undefined || !overlaps(network, address)) {
    const hint = 'set vagrant: { network: ... } to one that holds it'
    refuse(host, 'is not in the network of the hosts', hint, 'address')
    return
  }
  const last = 2 ** (32 - Number(network.split('/')[1])) - 1
  const taken = { 0: 'the name of the network', 1: "this machine's own there", [last]: 'that of all in the network' }
  for (const [number, whose] of Object.entries(taken))
    if (addressIn(network, Number(number)) === address)
      refuse(host, `is ${whose}`, `such as ${addressIn(network, 10)}`, 'address')
}
