import type { Tag } from '@aws-sdk/client-ec2'
import type { Remains } from '../provider.ts'
import { type Ec2Lab, mine } from './lab.ts'
import { isGone, type Marked } from './seen.ts'
import { idTag, ofLab, readTags } from './tags.ts'

interface Left extends Marked {
  readonly words: string
}

/**
 * What carries the lab's name and is still there, its own and others'. Asked anew: nothing that was read before counts.
 */
export async function whatRemains(lab: Ec2Lab): Promise<Remains> {
  const { account, name, journal } = lab
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
  const called = (what: string, things: readonly Marked[]): readonly Left[] =>
    things.map(({ id, lab }) => ({ id, lab, words: `${what} ${id}` }))
  const left: readonly Left[] = [
    ...instances
      .filter(seen => !isGone(seen))
      .map(({ id, lab, host, state }) => ({ id, lab, words: `instance ${id} (${host || 'no host'}, ${state})` })),
    ...groups.map(({ id, lab, group }) => ({ id, lab, words: `security group ${id} (${group || 'no group'})` })),
    ...called('key pair', keys),
    ...volumes.flatMap(({ Volumes = [] }) =>
      Volumes.map(({ VolumeId: id = '', State, Tags }) => ({
        ...{ id, lab: idOf(Tags), words: `volume ${id} (${State})` },
      })),
    ),
    ...cards.flatMap(({ NetworkInterfaces = [] }) =>
      called(
        'network interface',
        NetworkInterfaces.map(({ NetworkInterfaceId: id = '', TagSet }) => ({ id, lab: idOf(TagSet) })),
      ),
    ),
    ...called('network', vpcs),
    ...called('subnet', subnets),
    ...called('internet gateway', gateways),
  ]
  const ours = mine(lab, left)
  return {
    ours: [...ours.map(({ words }) => words), ...journal.awaited.map(what => `${what}, asked for and not seen yet`)],
    others: left.filter(one => !ours.includes(one)).map(one => `${one.words}, ${whose(one)}`),
  }
}

const idOf = (tags: readonly Tag[] | undefined): string | undefined => readTags(tags)[idTag]

const whose = ({ lab }: Marked): string =>
  lab === undefined ? `which no lab has made (no ${idTag})` : `of lab id ${lab}`
