import { join } from 'node:path'
import { commandFor } from '../../inventory/command-for.ts'
import type { SettingsOf, SizeOf } from '../../inventory/provider-fields.ts'
import type { AnyResource } from '../../resource/resource.ts'
import { ImageRecord } from '../lab/image-record.ts'
import { hostKey, loginKey, noHostKey, noLoginKey } from '../lab/keys.ts'
import { knownImage } from '../lab/known-image.ts'
import { foldersIn, labLayout } from '../lab/layout.ts'
import type { Found, Provider, ProviderContext } from '../provider.ts'
import { foreseen } from '../tool/foreseen.ts'
import type { Patience } from '../tool/patience.ts'
import { neverOfAnImage, pristineGuest } from '../tool/pristine-guest.ts'
import { MultipassClient } from './client.ts'
import { findInstance, type Instances } from './find.ts'
import { multipassInstance, noMultipassInstance } from './instance.ts'
import { recordedName } from './record.ts'
import { sizeDiffers } from './size-differs.ts'
import { troubles } from './troubles.ts'

/** Others in tests. */
export interface MultipassParts {
  readonly client?: MultipassClient
  readonly patience?: Patience
}

/** Multipass's own 5G is less than a node needs. */
const defaults = { release: '24.04', disk: '16G' }

/**
 * Instances of Multipass on this machine: Ubuntu of this machine's own architecture, made by cloud-init with our key and
 * with a host key of ours. They outlive the run that starts them.
 */
export function multipassProvider(context: ProviderContext, parts: MultipassParts = {}): Provider {
  const { lab, stateFolder, cacheFolder, emit, signal } = context
  const { client = new MultipassClient(signal), patience } = parts
  const layout = labLayout(stateFolder)
  const { release = defaults.release, network } = lab.settings as SettingsOf<'multipass'>
  const hosts = lab.hosts.map(({ name, size }) => ({ name, ...(size as SizeOf<'multipass'>) }))
  const names = hosts.map(({ name }) => name)
  const fresh = new Set<string>()
  const diskOf = new Map(hosts.map(({ name, disk }) => [name, disk]))

  return {
    name: 'multipass',
    ...foreseen(stateFolder, () => troubles(client, lab.name, names, layout)),
    async leavesAsIs() {
      const up = commandFor(lab, 'up')
      const there = hosts.filter(({ name }) => lab.selected.includes(name))
      return sizeDiffers(
        client,
        there.flatMap(({ name, memory, cpus, disk = defaults.disk }) => {
          const instance = recordedName(layout.host(name))
          return instance === undefined ? [] : [{ host: name, instance, memory, cpus, disk, up }]
        }),
      )
    },
    async find(): Promise<ReadonlyMap<string, Found>> {
      // Of an instance that was never begun, nobody needs to be asked.
      const begun = names.filter(name => recordedName(layout.host(name)) !== undefined)
      const list: Instances = begun.length === 0 ? new Map() : await client.list().catch((error: Error) => error)
      return new Map(names.map(name => [name, findInstance(name, layout, list, network)]))
    },
    // They reach it, but at an address that hypervisors differ in, and through its firewall.
    operatorAddress: () => undefined,
    create: () => ({
      shared: [loginKey(lab.name, stateFolder)],
      hosts: new Map(
        hosts.map(({ name, memory, cpus, disk = defaults.disk }): [string, AnyResource[]] => {
          const wish = { lab: lab.name, host: name, stateFolder, release, memory, cpus, disk, network }
          const made = () => fresh.add(name)
          const instance = multipassInstance({ ...wish, made, client, emit, signal, patience })
          return [name, [hostKey(name, layout.host(name)), instance]]
        }),
      ),
    }),
    destroy: () => ({
      hosts: new Map(
        // Those that have left the inventory too: whatever the lab has begun is the lab's to remove.
        [...new Set([...names, ...foldersIn(layout.hosts)])].map((host): [string, AnyResource[]] => [
          host,
          [noMultipassInstance({ host, stateFolder, client }), noHostKey(host, stateFolder)],
        ]),
      ),
      shared: [noLoginKey(lab.name, stateFolder)],
    }),
    ...knownImage({
      record: new ImageRecord(join(cacheFolder, 'multipass', 'releases'), neverOfAnImage),
      // Its images of a release are renewed every few weeks, and stay alike in what is asked here.
      image: host => `${release} ${process.arch} ${diskOf.get(host) ?? defaults.disk}`,
      fresh,
      // Of another release, or an image of the operator's own, nothing is sure.
      sure: (host, kind, id) => (release === defaults.release ? pristineGuest(host, kind, id) : undefined),
    }),
  }
}
