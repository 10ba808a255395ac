import type { EC2 } from '@aws-sdk/client-ec2'
import { hostTag, labTag, readTags } from '../../../engine/provider/ec2/tags.ts'

/** What an account holds, asked of moto itself, past everything that the proxy hides. */
export interface Truth {
  /** With any mark of ours, a word each. */
  readonly marked: readonly string[]
  /** Hosts of instances that have not ended. */
  readonly hosts: readonly string[]
  /** Without any. */
  readonly neighbours: readonly string[]
}

const ended = /terminated|shutting-down/

export async function truth(api: EC2): Promise<Truth> {
  const [instances, groups, keys, volumes, cards, vpcs, subnets, gateways] = await Promise.all([
    api.describeInstances({}),
    api.describeSecurityGroups({}),
    api.describeKeyPairs({}),
    api.describeVolumes({}),
    api.describeNetworkInterfaces({}),
    api.describeVpcs({}),
    api.describeSubnets({}),
    api.describeInternetGateways({}),
  ])
  const alive = (instances.Reservations ?? [])
    .flatMap(({ Instances = [] }) => Instances)
    .filter(({ State }) => !ended.test(State?.Name ?? ''))
  const things = [
    ...alive.map(({ InstanceId, Tags }) => ({ name: `instance ${InstanceId}`, tags: Tags })),
    ...(groups.SecurityGroups ?? []).map(({ GroupId, Tags }) => ({ name: `group ${GroupId}`, tags: Tags })),
    ...(keys.KeyPairs ?? []).map(({ KeyName, Tags }) => ({ name: `key ${KeyName}`, tags: Tags })),
    ...(volumes.Volumes ?? []).map(({ VolumeId, Tags }) => ({ name: `volume ${VolumeId}`, tags: Tags })),
    ...(cards.NetworkInterfaces ?? []).map(({ NetworkInterfaceId, TagSet }) => ({
      name: `card ${NetworkInterfaceId}`,
      tags: TagSet,
    })),
    ...(vpcs.Vpcs ?? []).map(({ VpcId, Tags }) => ({ name: `network ${VpcId}`, tags: Tags })),
    ...(subnets.Subnets ?? []).map(({ SubnetId, Tags }) => ({ name: `subnet ${SubnetId}`, tags: Tags })),
    ...(gateways.InternetGateways ?? []).map(({ InternetGatewayId, Tags }) => ({
      name: `gateway ${InternetGatewayId}`,
      tags: Tags,
    })),
  ].map(({ name, tags }) => ({ name, marked: labTag in readTags(tags) }))
  const names = (marked: boolean) =>
    things
      .filter(thing => thing.marked === marked)
      .map(({ name }) => name)
      .sort()
  return {
    marked: names(true),
    // moto keeps the cards of instances that have ended; AWS does not.
    neighbours: names(false).filter(name => !name.startsWith('card ')),
    hosts: alive.flatMap(({ Tags }) => readTags(Tags)[hostTag] ?? []).sort(),
  }
}

/** What somebody else has in the account: one of each kind, with no mark of ours. */
export async function makeNeighbours(api: EC2): Promise<void> {
  const { Vpcs = [] } = await api.describeVpcs({ Filters: [{ Name: 'is-default', Values: ['true'] }] })
  const { GroupId = '' } = await api.createSecurityGroup({
    GroupName: 'theirs',
    Description: 'theirs',
    VpcId: Vpcs[0]?.VpcId,
  })
  await api.runInstances({
    ImageId: 'ami-00000000000000001',
    MinCount: 1,
    MaxCount: 1,
    SecurityGroupIds: [GroupId],
    TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'Name', Value: 'theirs' }] }],
  })
}
