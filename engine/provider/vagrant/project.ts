import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Late } from '../../resource/late.ts'
import type { AnyResource } from '../../resource/resource.ts'
import { operatorFile, operatorFileAbsent } from '../../resources/operator-file.ts'
import { foldersIn, type LabLayout } from '../lab/layout.ts'
import { readRecord } from '../lab/network-record.ts'
import { readJson } from '../lab/read-json.ts'
import { inBytes } from '../lab/sizes.ts'

/** The project of our own that Vagrant works in: a Vagrantfile, and a file for each host. */
export const projectFolder = (stateFolder: string): string => join(stateFolder, 'vagrant')

const vagrantfileOf = (folder: string): string => join(folder, 'Vagrantfile')

export const vagrantfile = (folder: string): AnyResource => ({
  ...operatorFile(vagrantfileOf(folder), readFileSync(new URL('./Vagrantfile', import.meta.url), 'utf8')),
  ...inProjectAs('Vagrantfile'),
})

export const noVagrantfile = (folder: string): AnyResource => ({
  ...operatorFileAbsent(vagrantfileOf(folder)),
  ...inProjectAs('Vagrantfile'),
})

/** Under a name that is as short for every host. */
const inProjectAs = (id: string) => ({ kind: 'vagrant-file', id })

export interface MachineWish {
  readonly lab: string
  readonly host: string
  readonly box: string
  readonly memory: string
  readonly cpus: number
}

const machineFileOf = (folder: string, host: string): string => join(folder, 'machines', `${host}.json`)

/** What the Vagrantfile makes the host of; its address is the one that the lab's network has for it. */
export function machineFile(folder: string, layout: LabLayout, wish: MachineWish): AnyResource {
  const { lab, host, box, memory, cpus } = wish
  const content = new Late(`address of ${host}`, () => {
    const network = readRecord(layout.network)
    const address = network?.addresses[host]
    if (network === undefined || address === undefined) return undefined
    const machine = {
      name: host,
      title: `andamio-${lab}-${host}`,
      box,
      memory: inBytes(memory) / 2 ** 20,
      cpus,
      address,
      netmask: netmaskOf(network.subnet),
    }
    return `${JSON.stringify(machine, undefined, 2)}\n`
  })
  return { ...operatorFile(machineFileOf(folder, host), content), ...inProjectAs(host) }
}

export const noMachineFile = (folder: string, host: string): AnyResource => ({
  ...operatorFileAbsent(machineFileOf(folder, host)),
  ...inProjectAs(host),
})

/** What a host's file says of its size, as an earlier run has written it; undefined where none has. */
export const writtenSize = (
  folder: string,
  host: string,
): { readonly memory: number; readonly cpus: number } | undefined => readJson(machineFileOf(folder, host))

/** Hosts of the inventory, then those that have left it and are still in the project. */
export const inProject = (folder: string, hosts: readonly { readonly name: string }[]): readonly string[] => {
  const files = foldersIn(join(folder, 'machines')).filter(file => file.endsWith('.json'))
  return [...new Set([...hosts.map(({ name }) => name), ...files.map(file => file.slice(0, -'.json'.length))])]
}

/** `192.168.56.0/21` -> `255.255.248.0`. */
export function netmaskOf(subnet: string): string {
  const bits = Number(subnet.split('/')[1])
  return [0, 8, 16, 24].map(from => 256 - 2 ** (8 - Math.min(8, Math.max(0, bits - from)))).join('.')
}
