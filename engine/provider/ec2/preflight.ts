import type { _InstanceType } from '@aws-sdk/client-ec2'
import { type AndamioError, usageError } from '../../errors.ts'
import type { HostWish } from './host-wish.ts'
import { imageToTake } from './image.ts'
import { type Ec2Lab, prefix } from './lab.ts'
import { type Estimate, estimateWords } from './prices.ts'
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
  if ((await account.groups.now()).length === 0) {
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
    await wouldSucceed(account.call('runInstances', api => api.runInstances({ ...wish, ...place, TagSpecifications })))
  }
}

async function wouldSucceed(asked: Promise<unknown>): Promise<void> {
  try {
    await asked
  } catch (error) {
    if (!isService(error, 'DryRunOperation')) throw error
  }
}

/** Throws `ec2-too-dear`, exit 64, where hosts cost more than the inventory allows, or nobody knows what they cost. */
export function refuseTooDear(cost: Estimate, most: number | undefined, file: string): void {
  if (most === undefined || (cost.hourly <= most && cost.unpriced.length === 0)) return
  throw tooDear(`they cost ${estimateWords(cost)}; the inventory allows ${most.toFixed(2)} USD an hour`, file)
}

const tooDear = (cause: string, place: string): AndamioError =>
  usageError({
    code: 'ec2-too-dear',
    message: 'These hosts cost more than the inventory allows',
    place,
    cause,
    next: 'Take fewer or smaller hosts, or raise `mostPerHour` under `ec2`.',
  })
