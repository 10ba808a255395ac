import { commandFor } from '../../inventory/command-for.ts'
import type { LabHosts } from '../../inventory/lab.ts'
import type { SettingsOf, SizeOf } from '../../inventory/provider-fields.ts'
import type { Eventual } from '../../resource/late.ts'
import type { AnyResource } from '../../resource/resource.ts'
import { hostKey, loginKey, noHostKey, noLoginKey } from '../lab/keys.ts'
import { foldersIn, labLayout } from '../lab/layout.ts'
import { readRecord } from '../lab/network-record.ts'
import { addressIn, operatorNumber } from '../lab/subnet.ts'
import type { Found, Provider, ProviderContext } from '../provider.ts'
import { hostDisk, noHostDisk } from './disk.ts'
import { findHost } from './find.ts'
import { localHost, noLocalHost } from './host.ts'
import { labOfAnother } from './lab-of-another.ts'
import { labNetwork, lackOfNetwork, noLabNetwork } from './network.ts'
import { cannotBe, notHere, preflight } from './preflight.ts'
import { pristineAnswer } from './pristine.ts'
import { lackOfRoom } from './room.ts'
import { sizeDiffers } from './size-differs.ts'
import { readUserData } from './user-data.ts'

/** What hosts boot: made by the mirror, and so perhaps not known yet. */
export interface Boots {
  /** Path of the kernel, a program; beside it lies `modules/<release>`, for the hosts' /lib/modules. */
  readonly kernel: Eventual<string>
  /** Path of the base image, an ext4 file system. */
  readonly image: Eventual<string>
  /** The same with cloud-init, for hosts of `image: cloud`. */
  readonly cloudImage?: Eventual<string>
}

/**
 * Hosts on this machine, each a Linux kernel that runs as an ordinary process (User Mode Linux) with a disk of its own,
 * on a network of the lab's own. They outlive the run that starts them. Needs root on Linux x86-64.
 */
export function localProvider(context: ProviderContext, boots: Boots): Provider {
  const { lab, stateFolder, emit, signal } = context
  const layout = labLayout(stateFolder)
  const hosts = lab.hosts.map(({ name, size }) => ({ name, ...(size as SizeOf<'local'>) }))
  const { subnet } = lab.settings as SettingsOf<'local'>
  const network = {
    lab: lab.name,
    record: layout.network,
    hosts: hosts.map(withAddress),
    signal,
    waiting: (what: string, limitSeconds: number) =>
      emit({ type: 'wait', host: 'lab', what, limitSeconds, seconds: 0 }),
    ...(subnet ? { subnet } : {}),
  }

  async function find(): Promise<Map<string, Found>> {
    const found = hosts.map(async ({ name }): Promise<[string, Found]> => [name, await findHost(name, layout)])
    return new Map(await Promise.all(found))
  }

  const isCloud = (host: string): boolean => hosts.some(({ name, image }) => name === host && image === 'cloud')

  return {
    name: 'local',
    preflight: () => preflight({ stateFolder, emit }),
    async foresee() {
      const why = cannotBe()
      const found = await find()
      await Promise.all(hosts.map(({ name, userData }) => readUserData(name, userData, lab.file)))
      // Those that run have their memory already, and those that take no part get none.
      const coming = hosts.filter(({ name }) => lab.selected.includes(name) && found.get(name)?.is !== 'running')
      const lacks = [await lackOfNetwork(network), await lackOfRoom(coming, stateFolder)]
      return [...(why ? [notHere(why)] : []), ...lacks.filter(lack => lack !== undefined)]
    },
    async leavesAsIs() {
      const there = hosts.filter(({ name }) => lab.selected.includes(name))
      const differs = there.map(host => sizeDiffers({ ...host, ...commands(lab, host.name) }, layout.host(host.name)))
      return (await Promise.all(differs)).flat()
    },
    another: () => labOfAnother(network),
    find,
    operatorAddress() {
      const known = readRecord(layout.network)
      return known && addressIn(known.subnet, operatorNumber)
    },
    create: () => ({
      shared: [loginKey(lab.name, stateFolder), labNetwork(network)],
      hosts: new Map(
        hosts.map(({ name, memory, cpus, disk, image, userData }): [string, AnyResource[]] => [
          name,
          [
            hostKey(name, layout.host(name)),
            hostDisk({
              host: name,
              layout: layout.host(name),
              image: image === 'cloud' ? withCloudInit(boots) : boots.image,
              ...(disk ? { size: disk } : {}),
            }),
            localHost({
              lab: lab.name,
              host: name,
              memory,
              cpus,
              stateFolder,
              emit,
              signal,
              kernel: boots.kernel,
              anew: commands(lab, name).anew,
              ...(image === 'cloud' ? { userData: () => readUserData(name, userData, lab.file) } : {}),
            }),
          ],
        ]),
      ),
    }),
    destroy: () => ({
      hosts: new Map(
        // Those that have left the inventory too: whatever the lab still has here is the lab's to remove.
        [...new Set([...hosts.map(({ name }) => name), ...foldersIn(layout.hosts)])].map(
          (name): [string, AnyResource[]] => [
            name,
            [
              noLocalHost({ lab: lab.name, host: name, stateFolder }),
              noHostDisk(name, layout.host(name)),
              noHostKey(name, stateFolder),
            ],
          ],
        ),
      ),
      shared: [noLabNetwork(network), noLoginKey(lab.name, stateFolder)],
    }),
    // Nobody has recorded what a host answers that cloud-init has configured.
    pristine: (host, kind, id) => (isCloud(host) ? undefined : pristineAnswer(host, kind, id)),
  }
}

/** What a person runs to have a host started, or made, anew. */
function commands(lab: LabHosts, host: string): { readonly restart: string; readonly anew: string } {
  const up = commandFor(lab, 'up')
  return {
    restart: `${commandFor(lab, 'ssh', host, '--', 'sudo', 'poweroff')} - and when it is off: ${up}`,
    anew: `${commandFor(lab, 'down', '--limit', host)} && ${up}`,
  }
}

function withCloudInit({ cloudImage }: Boots): Eventual<string> {
  if (cloudImage === undefined) throw new Error('a host is to have cloud-init, and there is no image with it')
  return cloudImage
}

const withAddress = ({ name, address }: { name: string; address?: string | undefined }) => ({
  name,
  ...(address ? { address } : {}),
})
