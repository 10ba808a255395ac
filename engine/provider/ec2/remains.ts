import type { Ec2Lab } from './lab.ts'
import { isGone } from './seen.ts'
import { ofLab } from './tags.ts'

/** What carries the lab's name and is still there, a line each. Asked anew: nothing that was read before counts. */
export async function whatRemains({ account, name, journal }: Ec2Lab): Promise<readonly string[]> {
  const { network } = account
  for (const reading of [account.instances, account.groups, account.keys, network]) reading.outdated()
  const Filters = ofLab(name)
  const [instances, groups, keys, vpcs, subnets, gateways, volumes, cards] = await Promise.all([
    account.instances.now(),
    account.groups.now(),
    account.keys.now(),
    network.vpcs.now(),
    network.subnets.now(),
    network.gateways.now(),
    account.pages('describeVolumes', (api, next) => api.describeVolumes({ Filters, ...next })),
    account.pages('describeNetworkInterfaces', (api, next) => api.describeNetworkInterfaces({ Filters, ...next })),
  ])
  return [
    ...instances.filter(seen => !isGone(seen)).map(({ id, host, state }) => `instance ${id} (${host}, ${state})`),
    ...groups.map(({ id, group }) => `security group ${id} (${group})`),
    ...keys.map(({ id }) => `key pair ${id}`),
    ...volumes.flatMap(({ Volumes = [] }) => Volumes.map(({ VolumeId, State }) => `volume ${VolumeId} (${State})`)),
    ...cards.flatMap(({ NetworkInterfaces = [] }) =>
      NetworkInterfaces.map(({ NetworkInterfaceId }) => `network interface ${NetworkInterfaceId}`),
    ),
    ...vpcs.map(({ id }) => `network ${id}`),
    ...subnets.map(({ id }) => `subnet ${id}`),
    ...gateways.map(({ id }) => `internet gateway ${id}`),
    ...journal.awaited.map(what => `${what}, asked for and not seen yet`),
  ]
}
