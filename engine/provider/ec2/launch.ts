import { createHash } from 'node:crypto'
import type { Instance, RunInstancesRequest } from '@aws-sdk/client-ec2'
import { AndamioError } from '../../errors.ts'
import { deliveredKey, deliverNewKey, knowHostBy } from './delivered-key.ts'
import { expiryFrom } from './expiry.ts'
import { type HostWish, type Placement, placements } from './host-wish.ts'
import { imageOf, pinned } from './image.ts'
import { visibilitySeconds } from './journal.ts'
import { type Ec2Lab, marks, ours, prefix } from './lab.ts'
import { ownSubnet } from './network-parts.ts'
import { isGone, type SeenInstance, seenInstance } from './seen.ts'
import { isService, ServiceError } from './service-error.ts'
import { atEndTag, diskTag, expiresTag, hostTag, tagged } from './tags.ts'
import { userData } from './user-data.ts'

export const whatOf = (host: string): string => `instance of ${host}`

/** By which AWS knows a wish again that it has had: the same for the same host, generation and place. At most 64 signs. */
export const tokenOf = (lab: string, host: string, nonce: string, attempt: number): string =>
  createHash('sha256').update([lab, host, nonce, attempt].join('/')).digest('hex')

/**
 * Has AWS run an instance for a host that has none, and gives it. A run that was killed in the middle asked for the
 * same, by the same token: then that one is taken, not a second made. Throws `ec2-no-capacity` where none of the
 * placements has room.
 */
export async function launch(lab: Ec2Lab, wish: HostWish): Promise<SeenInstance> {
  const { journal } = lab
  const what = whatOf(wish.name)
  const layout = lab.layout.host(wish.name)
  // One that can no longer show up was not made: nothing is known by its token.
  const delivered = lab.hostKeys === 'delivered'
  for (let anew = !journal.mayCome(what) || (delivered && !deliveredKey(layout)); ; anew = true) {
    // Its key is the generation's, too, and there before it: what was asked for by one token is always the same.
    if (anew && delivered) deliverNewKey(wish.name, layout)
    if (anew && !delivered) knowHostBy(wish.name, layout, [])
    const first = anew ? journal.askAnew(what) : journal.ask(what)
    const wished = await requestFor(lab, wish, first.since)
    const instance = await firstWithRoom(lab, wish, wished, first.attempt)
    // A token of an instance that has ended since brings that one back, dead: the host needs another generation.
    if (instance && !isGone(instance)) return instance
    if (anew) throw ended(lab, wish, instance)
  }
}

async function firstWithRoom(
  lab: Ec2Lab,
  wish: HostWish,
  wished: RunInstancesRequest,
  from: number,
): Promise<SeenInstance | undefined> {
  const { journal, account } = lab
  const what = whatOf(wish.name)
  const places = placements(wish)
  // Fewer than last time, where the inventory has changed.
  for (let attempt = from < places.length ? from : 0; ; attempt++) {
    const { nonce } = journal.next(what, attempt)
    const place = places[attempt] as Placement
    const ClientToken = tokenOf(prefix(lab), wish.name, nonce, attempt)
    const request = { ...wished, ...placed(place), ClientToken }
    try {
      return await run(lab, request, () => journal.next(what, attempt))
    } catch (error) {
      if (isService(error, 'IdempotentParameterMismatch')) return await launchedBefore(lab, wish.name, ClientToken)
      const why = notHere(error, place)
      if (why !== undefined && attempt + 1 < places.length) {
        const text = `${wish.name}: ${why}; trying ${placeWords(places[attempt + 1] as Placement)}`
        lab.emit({ type: 'notice', level: 'warning', text })
        continue
      }
      // What AWS refuses was not made; what it did not answer may have been.
      if (error instanceof ServiceError && error.answered) journal.settled(what)
      throw error
    } finally {
      account.instances.outdated()
    }
  }
}

const placeWords = ({ type, zone }: Placement): string => `${type}${zone ? ` in ${zone}` : ''}`

/** Why another place or type may do where this one does not; undefined where that would not help. */
export function notHere(error: unknown, place: Placement): string | undefined {
  if (isService(error, /Insufficient\w*Capacity/)) return `AWS has no room for ${placeWords(place)}`
  // A zone without the type, or an image, a disk or a setting that the type cannot have: AWS alone knows.
  if (isService(error, 'Unsupported')) return `AWS refuses ${placeWords(place)}: ${error.said.replace(/\.$/, '')}`
  return undefined
}

const placed = ({ type, zone }: Placement): Partial<RunInstancesRequest> => ({
  InstanceType: type as Instance['InstanceType'],
  ...(zone ? { Placement: { AvailabilityZone: zone } } : {}),
})

/** What was made a moment ago may not be known yet to those who run instances. */
const notYet = /^(InvalidGroup\.NotFound|InvalidKeyPair\.NotFound|InvalidSecurityGroupID\.NotFound)$/

async function run(
  lab: Ec2Lab,
  request: RunInstancesRequest,
  asking: () => unknown,
): Promise<SeenInstance | undefined> {
  const { account } = lab
  const deadline = account.clock.now() + visibilitySeconds * 1000
  for (let pause = 2; ; pause = Math.min(pause * 1.5, 30)) {
    try {
      const { Instances = [] } = await account.call('runInstances', api => {
        // With every try: what is sent late is shown late.
        asking()
        return api.runInstances(request)
      })
      return Instances[0] && seenInstance(Instances[0])
    } catch (error) {
      if (!isService(error, notYet) || account.clock.now() > deadline) throw error
      await account.clock.sleep(pause * 1000, lab.signal)
    }
  }
}

/** The instance of a token that was used with other parameters: what a killed run has launched before these changed. */
async function launchedBefore(lab: Ec2Lab, host: string, token: string): Promise<SeenInstance | undefined> {
  const wait = { who: host, what: 'an instance that was asked for before', limitSeconds: visibilitySeconds }
  return lab.account.until(lab.account.instances, seen => seen.find(instance => instance.token === token), wait)
}

async function requestFor(lab: Ec2Lab, wish: HostWish, since: number): Promise<RunInstancesRequest> {
  const { account, layout, network } = lab
  const seen = ours(lab, await account.groups.now())
  const ImageId = pinned(lab, seen)
  if (ImageId === undefined) throw new Error('no image is pinned for the lab')
  const { RootDeviceName } = await imageOf(lab, ImageId)
  const SecurityGroupIds = wish.groups.map(group => seen.find(known => known.group === group)?.id ?? group)
  const hostKey = lab.hostKeys === 'delivered' ? deliveredKey(layout.host(wish.name)) : undefined
  if (!hostKey && lab.hostKeys === 'delivered') throw new Error(`no key was made for ${wish.name}`)
  // From when it was asked for first: a wish that is sent again must be the same.
  const expires = wish.expiry && expiryFrom(since, wish.expiry.hours)
  const data = userData({ host: wish.name, hostKey, expires })
  return {
    ImageId,
    MinCount: 1,
    MaxCount: 1,
    KeyName: prefix(lab),
    ...networkOf(
      network.own === undefined ? network.subnet : await ownSubnet(lab),
      SecurityGroupIds,
      wish.publicAddress,
    ),
    UserData: Buffer.from(data).toString('base64'),
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1, HttpEndpoint: 'enabled' },
    BlockDeviceMappings: [
      {
        DeviceName: RootDeviceName ?? '/dev/sda1',
        Ebs: { VolumeSize: wish.disk, VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true },
      },
    ],
    ...(wish.expiry ? { InstanceInitiatedShutdownBehavior: wish.expiry.atEnd } : {}),
    TagSpecifications: tagged(
      {
        ...marks(lab, { Name: `${lab.name}-${wish.name}` }),
        [hostTag]: wish.name,
        [diskTag]: String(wish.disk),
        ...(wish.expiry && expires ? { [expiresTag]: expires, [atEndTag]: wish.expiry.atEnd } : {}),
      },
      'instance',
      'volume',
      'network-interface',
    ),
  }
}

/** In a subnet of the user's, whether a host has a public address is not left to the subnet. */
const networkOf = (
  subnet: string | undefined,
  SecurityGroupIds: string[],
  publicAddress: boolean,
): Partial<RunInstancesRequest> =>
  subnet === undefined
    ? { SecurityGroupIds }
    : {
        NetworkInterfaces: [
          { DeviceIndex: 0, SubnetId: subnet, Groups: SecurityGroupIds, AssociatePublicIpAddress: publicAddress },
        ],
      }

const ended = (lab: Ec2Lab, { name }: HostWish, instance: SeenInstance | undefined): AndamioError =>
  new AndamioError({
    code: 'ec2-instance-ended',
    message: `The instance of ${name} ended as soon as it was made`,
    place: `EC2 in ${lab.account.region}${instance ? `, ${instance.id}` : ''}`,
    cause: instance?.reason ?? 'AWS does not say why',
    next: 'Mend what it names (a quota of volumes, a key for encryption), then run the same command again.',
  })
