import { join } from 'node:path'
import type { SettingsOf, SizeOf } from '../../inventory/provider-fields.ts'
import type { AnyResource } from '../../resource/resource.ts'
import { ImageRecord } from '../lab/image-record.ts'
import { noHostKey } from '../lab/keys.ts'
import { knownImage } from '../lab/known-image.ts'
import { labLayout } from '../lab/layout.ts'
import { readRecord } from '../lab/network-record.ts'
import type { Provider, ProviderContext } from '../provider.ts'
import { besideInventory } from '../static/key-files.ts'
import type { CallTool } from '../tool/call-tool.ts'
import { foreseen } from '../tool/foreseen.ts'
import type { Patience } from '../tool/patience.ts'
import { neverOfAnImage, pristineGuest } from '../tool/pristine-guest.ts'
import { machineBegun } from './begun.ts'
import { boxVersion } from './box-version.ts'
import { VagrantClient } from './client.ts'
import { findMachines } from './find.ts'
import { knownMachine } from './host-key.ts'
import { noVagrantMachine, vagrantMachine } from './machine.ts'
import { noVagrantNetwork, vagrantNetwork } from './network.ts'
import { inProject, machineFile, noMachineFile, noVagrantfile, projectFolder, vagrantfile } from './project.ts'
import { sizeDiffers } from './size-differs.ts'
import { troubles } from './troubles.ts'

/** Of VirtualBox and of libvirt. */
const defaultBox = 'debian/bookworm64'

/** Others in tests. */
export interface VagrantParts {
  readonly call?: CallTool
  readonly patience?: Patience
}

/**
 * Machines of Vagrant on this machine: by a Vagrantfile of ours, made from the inventory in the lab's state folder, or by
 * one of the operator's own, whose machines are started and never removed.
 */
export function vagrantProvider(context: ProviderContext, { call, patience }: VagrantParts = {}): Provider {
  const { lab, stateFolder, cacheFolder, emit, signal } = context
  const layout = labLayout(stateFolder)
  const settings = lab.settings as SettingsOf<'vagrant'>
  const own = settings.folder === undefined
  const folder = settings.folder === undefined ? projectFolder(stateFolder) : besideInventory(settings.folder, lab.file)
  const client = new VagrantClient(folder, settings.hypervisor, signal, call)
  const hosts = lab.hosts.map(({ name, size }) => {
    const { machine = name, ...rest } = size as SizeOf<'vagrant'>
    return { name, machine, ...rest }
  })
  const network = {
    lab: lab.name,
    record: layout.network,
    hosts: hosts.map(({ name, address }) => ({ name, ...(address ? { address } : {}) })),
    subnet: settings.network,
  }
  const box = settings.box ?? defaultBox
  const fresh = new Set<string>()
  const begun = (machine: string) => () => machineBegun(folder, machine)
  const ofHost = (name: string, machine: string) => ({
    host: name,
    machine,
    client,
    begun: begun(machine),
    made: () => fresh.add(name),
    emit,
    signal,
    patience,
  })
  const known = (name: string, machine: string): AnyResource =>
    knownMachine({
      ...ofHost(name, machine),
      layout: layout.host(name),
      network: () => (own ? readRecord(layout.network)?.subnet : settings.network),
    })

  return {
    name: 'vagrant',
    ...(own ? {} : { hostsStay: true }),
    ...foreseen(stateFolder, () =>
      troubles(client, own ? [] : hosts.map(({ name, machine }) => ({ host: name, machine }))),
    ),
    async leavesAsIs() {
      const there = hosts.filter(({ name }) => own && lab.selected.includes(name))
      return sizeDiffers(
        folder,
        there.map(({ name, memory = '', cpus = 1 }) => ({ host: name, memory, cpus })),
      )
    },
    find: () =>
      findMachines(
        client,
        hosts.map(({ name, machine, address }) => ({
          host: name,
          machine,
          layout: layout.host(name),
          address: address ?? readRecord(layout.network)?.addresses[name],
        })),
      ),
    // They reach it, but hypervisors differ in the address, and its firewall may stand between.
    operatorAddress: () => undefined,
    create: () => ({
      shared: own ? [vagrantNetwork(network), vagrantfile(folder)] : [],
      hosts: new Map(
        hosts.map(({ name, machine, memory = '', cpus = 1 }): [string, AnyResource[]] => [
          name,
          [
            ...(own
              ? [
                  machineFile(folder, layout, {
                    ...{ lab: lab.name, host: name, memory, cpus },
                    box,
                  }),
                ]
              : []),
            vagrantMachine(ofHost(name, machine)),
            known(name, machine),
          ],
        ]),
      ),
    }),
    destroy: () => ({
      hosts: new Map(
        // Those that have left the inventory too: their files are in the project until their machines are gone.
        (own ? inProject(folder, hosts) : []).map((host): [string, AnyResource[]] => [
          host,
          [noVagrantMachine(ofHost(host, host)), noMachineFile(folder, host), noHostKey(host, stateFolder)],
        ]),
      ),
      shared: own ? [noVagrantfile(folder), noVagrantNetwork(network)] : [],
    }),
    ...knownImage({
      record: new ImageRecord(join(cacheFolder, 'vagrant', 'boxes'), neverOfAnImage),
      image: () => {
        const version = own ? boxVersion(box) : undefined
        return version === undefined ? undefined : `${box} ${version}`
      },
      fresh,
      // Of a box that somebody names, or of a Vagrantfile of their own, nothing is sure.
      sure: (host, kind, id) => (own && box === defaultBox ? pristineGuest(host, kind, id) : undefined),
    }),
  }
}
