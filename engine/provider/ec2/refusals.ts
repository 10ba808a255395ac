import type { _InstanceType } from '@aws-sdk/client-ec2'
import { AndamioError } from '../../errors.ts'
import { labOfAnother } from './another.ts'
import { refuseElsewhere } from './elsewhere.ts'
import type { HostWish } from './host-wish.ts'
import { imageToTake } from './image.ts'
import { type Ec2Lab, foreign, prefix } from './lab.ts'
import type { Marked } from './seen.ts'
import { isService } from './service-error.ts'
import { hostTag, idTag, labTag, tagged } from './tags.ts'

/** After these nothing else is answered either. */
const noAnswer = /^ec2-(busy|not-reached|no-credentials|credentials-\w+)$/

/**
 * What stands against the lab where it is, and what AWS says against making what is missing. Network, image and each type
 * are asked for in words that make nothing (`DryRun`), before there is anything: who may not make all is left with a part.
 */
export async function refusals(lab: Ec2Lab, wishes: readonly HostWish[]): Promise<readonly AndamioError[]> {
  const { account, network } = lab
  const found: AndamioError[] = []
  const hear = async (ask: () => Promise<void>): Promise<void> => {
    if (found.some(({ failure }) => noAnswer.test(failure.code))) return
    try {
      await ask()
    } catch (error) {
      if (!(error instanceof AndamioError)) throw error
      if (!found.some(one => sameWords(one, error))) found.push(error)
    }
  }
  await hear(async () => {
    const taken = await labOfAnother(lab)
    if (taken) throw new AndamioError(taken)
  })
  if (found.length > 0) return found
  await hear(() => refuseElsewhere(lab))
  if (wishes.length === 0 || found.some(({ failure }) => failure.code === 'ec2-network-differs')) return found
  let vpcs: readonly Marked[] | undefined
  await hear(async () => {
    vpcs = network.own === undefined ? [] : await account.network.vpcs.now()
  })
  if (vpcs === undefined) return found
  const groups = await account.groups.now()
  // Of another lab of this name the resources tell.
  if (foreign(lab, [...groups, ...vpcs]) !== undefined) return []
  const toCome = network.own !== undefined && vpcs.length === 0
  if (toCome) await hear(() => mayMakeNetwork(lab))
  else if (groups.length === 0) await hear(() => mayMakeGroup(lab))
  // Where there is no network yet, AWS asks for one after it has looked at who asks.
  const butFor = toCome || found.length > 0 ? ['VPCIdNotSpecified', 'MissingInput'] : []
  let image: string | undefined
  await hear(async () => {
    image = await imageToTake(lab)
  })
  for (const type of image === undefined ? [] : new Set(wishes.map(wish => wish.type)))
    await hear(() => mayRun(lab, { ImageId: image, InstanceType: type as _InstanceType }, butFor))
  return found
}

/** A subnet or a permission may be refused by several calls; each type is asked for once. */
const sameWords = ({ failure: one }: AndamioError, { failure: other }: AndamioError): boolean =>
  one.message === other.message && other.code !== 'ec2-type-unknown'

const DryRun = true
const tagsOf = ({ name }: Ec2Lab) => ({ [labTag]: name, [idTag]: 'dry-run', [hostTag]: 'dry-run' })

async function mayMakeNetwork(lab: Ec2Lab): Promise<void> {
  const vpc = { DryRun, CidrBlock: lab.network.own, TagSpecifications: tagged(tagsOf(lab), 'vpc') }
  await wouldSucceed(lab.account.call('createVpc', api => api.createVpc(vpc)))
}

async function mayMakeGroup(lab: Ec2Lab): Promise<void> {
  const VpcId = await lab.vpc()
  const TagSpecifications = tagged(tagsOf(lab), 'security-group')
  const wish = { DryRun, GroupName: `${prefix(lab)}-dry-run`, Description: 'nothing', VpcId, TagSpecifications }
  await wouldSucceed(lab.account.call('createSecurityGroup', api => api.createSecurityGroup(wish)))
}

async function mayRun(
  lab: Ec2Lab,
  what: { readonly ImageId: string | undefined; readonly InstanceType: _InstanceType },
  butFor: readonly string[],
): Promise<void> {
  const place = lab.network.subnet === undefined ? {} : { SubnetId: lab.network.subnet }
  const TagSpecifications = tagged(tagsOf(lab), 'instance', 'volume')
  const wish = { DryRun, ...what, ...place, MinCount: 1, MaxCount: 1, TagSpecifications }
  await wouldSucceed(
    lab.account.call('runInstances', api => api.runInstances(wish)),
    ...butFor,
  )
}

async function wouldSucceed(asked: Promise<unknown>, ...butFor: readonly string[]): Promise<void> {
  try {
    await asked
  } catch (error) {
    if (!isService(error, 'DryRunOperation', ...butFor)) throw error
  }
}
