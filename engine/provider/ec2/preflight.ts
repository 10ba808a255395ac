import type { _InstanceType } from '@aws-sdk/client-ec2'
import { type AndamioError, usageError } from '../../errors.ts'
import { type ForeseenCost, foreseenWords } from './foreseen-cost.ts'
import type { HostWish } from './host-wish.ts'
import { imageToTake } from './image.ts'
import { type Ec2Lab, prefix } from './lab.ts'
import { isService } from './service-error.ts'
import { hostTag, idTag, labTag, tagged } from './tags.ts'

/**
 * Asks whether these credentials may make what is missing, in words that make nothing (`DryRun`): before there is
 * anything, for who may not make all is left with a part. Throws what AWS says against it.
 */
export async function mayCreate(lab: Ec2Lab, wishes: readonly HostWish[]): Promise<void> {
  const { account } = lab
  const DryRun = true
  const tags = { [labTag]: lab.name, [idTag]: 'dry-run', [hostTag]: 'dry-run' }
  const toCome = lab.network.own !== undefined && (await account.network.vpcs.now()).length === 0
  const groups = await account.groups.now()
  if (toCome) {
    const vpc = { DryRun, CidrBlock: lab.network.own, TagSpecifications: tagged(tags, 'vpc') }
    await wouldSucceed(account.call('createVpc', api => api.createVpc(vpc)))
  } else if (groups.length === 0) {
    const VpcId = await lab.vpc()
    const wish = { DryRun, GroupName: `${prefix(lab)}-dry-run`, Description: 'nothing', VpcId }
    await wouldSucceed(
      account.call('createSecurityGroup', api =>
        api.createSecurityGroup({ ...wish, TagSpecifications: tagged(tags, 'security-group') }),
      ),
    )
  }
  const ImageId = await imageToTake(lab)
  for (const type of new Set(wishes.map(wish => wish.type))) {
    const wish = { DryRun, ImageId, InstanceType: type as _InstanceType, MinCount: 1, MaxCount: 1 }
    const place = lab.network.subnet === undefined ? {} : { SubnetId: lab.network.subnet }
    const TagSpecifications = tagged(tags, 'instance', 'volume')
    const asked = account.call('runInstances', api => api.runInstances({ ...wish, ...place, TagSpecifications }))
    // Where there is no network yet, AWS asks for one after it has looked at who asks.
    await wouldSucceed(asked, ...(toCome ? ['VPCIdNotSpecified', 'MissingInput'] : []))
  }
}

async function wouldSucceed(asked: Promise<unknown>, ...butFor: readonly string[]): Promise<void> {
  try {
    await asked
  } catch (error) {
    if (!isService(error, 'DryRunOperation', ...butFor)) throw error
  }
}

/** Throws `ec2-too-dear`, exit 64, where hosts may cost more than the inventory allows, or nobody knows what. */
export function refuseTooDear(cost: ForeseenCost, most: number | undefined, file: string): void {
  if (most === undefined || (cost.most.hourly <= most && cost.most.unpriced.length === 0)) return
  throw tooDear(`they cost ${foreseenWords(cost)}; the inventory allows ${most.toFixed(2)} USD an hour`, file)
}

const tooDear = (cause: string, place: string): AndamioError =>
  usageError({
    code: 'ec2-too-dear',
    message: 'These hosts cost more than the inventory allows',
    place,
    cause,
    next: 'Take fewer or smaller hosts (`type`, `otherTypes`), or raise `mostPerHour` under `ec2`.',
  })
