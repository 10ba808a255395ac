import type { Instance, IpPermission, KeyPairInfo, SecurityGroup } from '@aws-sdk/client-ec2'
import { atEndTag, diskTag, expiresTag, fingerprintTag, groupTag, hostTag, idTag, imageTag, readTags } from './tags.ts'

/** What of a thing tells whose it is. */
export interface Marked {
  readonly id: string
  /** Which lab of this name it belongs to. */
  readonly lab: string | undefined
}

export interface SeenInstance extends Marked {
  readonly host: string
  readonly state: string
  /** Why it came into that state, where AWS says so. */
  readonly reason: string | undefined
  readonly type: string
  readonly image: string
  readonly token: string | undefined
  readonly address: string | undefined
  readonly publicAddress: string | undefined
  /** Security groups, by id. */
  readonly groups: readonly string[]
  readonly metadata: { readonly tokens: string; readonly hops: number }
  readonly launched: string | undefined
  readonly expires: string | undefined
  readonly atEnd: string | undefined
  readonly zone: string | undefined
  /** That it was made with, in GiB. */
  readonly disk: number | undefined
  /** The first of its volumes, by id. */
  readonly volume: string | undefined
}

export interface SeenGroup extends Marked {
  readonly group: string
  readonly vpc: string | undefined
  /** The image that is pinned here. */
  readonly image: string | undefined
  readonly permissions: readonly IpPermission[]
}

export interface SeenKey extends Marked {
  readonly name: string
  readonly fingerprint: string | undefined
}

/** Terminated ones are shown for about an hour. */
export const isGone = ({ state }: SeenInstance): boolean => state === 'terminated' || state === 'shutting-down'
export const isAlive = (instance: SeenInstance): boolean => !isGone(instance)
/** Or on its way to that. */
export const isStopped = ({ state }: SeenInstance): boolean => /^stop/.test(state)

export function seenInstance(instance: Instance): SeenInstance {
  const tags = readTags(instance.Tags)
  return {
    id: instance.InstanceId ?? '',
    lab: tags[idTag],
    host: tags[hostTag] ?? '',
    state: instance.State?.Name ?? 'unknown',
    reason: instance.StateReason?.Message || undefined,
    type: instance.InstanceType ?? '',
    image: instance.ImageId ?? '',
    token: instance.ClientToken,
    address: instance.PrivateIpAddress,
    publicAddress: instance.PublicIpAddress,
    groups: (instance.SecurityGroups ?? []).map(({ GroupId = '' }) => GroupId),
    metadata: {
      tokens: instance.MetadataOptions?.HttpTokens ?? 'optional',
      hops: instance.MetadataOptions?.HttpPutResponseHopLimit ?? 1,
    },
    launched: instance.LaunchTime?.toISOString(),
    expires: tags[expiresTag],
    atEnd: tags[atEndTag],
    zone: instance.Placement?.AvailabilityZone,
    disk: Number(tags[diskTag]) || undefined,
    volume: instance.BlockDeviceMappings?.[0]?.Ebs?.VolumeId,
  }
}

export function seenGroup(group: SecurityGroup): SeenGroup {
  const tags = readTags(group.Tags)
  return {
    id: group.GroupId ?? '',
    lab: tags[idTag],
    group: tags[groupTag] ?? '',
    vpc: group.VpcId,
    image: tags[imageTag],
    permissions: group.IpPermissions ?? [],
  }
}

export function seenKey(key: KeyPairInfo): SeenKey {
  const tags = readTags(key.Tags)
  return { id: key.KeyPairId ?? '', name: key.KeyName ?? '', lab: tags[idTag], fingerprint: tags[fingerprintTag] }
}
