import type { Change } from '../../report/events.ts'
import type { CallName, Ec2Api } from './api.ts'
import { type Ec2Lab, marks, ours } from './lab.ts'
import type { SeenPart } from './own-network.ts'
import type { Reading } from './reading.ts'
import { isService } from './service-error.ts'
import { tagged } from './tags.ts'

/** A part of the lab's own network: how it is made, and how it goes. What it is in is there before it. */
export interface NetworkPart {
  readonly kind: string
  /** What it is made with, for a plan. */
  readonly wish?: (lab: Ec2Lab) => readonly Change[]
  /** For people, and in the journal. */
  readonly what: string
  readonly call: CallName
  /** What EC2 says of one that is there and not shown yet; undefined where it would make a second one. */
  readonly already?: string
  reading(lab: Ec2Lab): Reading<readonly SeenPart[]>
  /** Id of one that is seen to be in use elsewhere: one question less on every run. */
  inUse?(lab: Ec2Lab): Promise<string | undefined>
  make(lab: Ec2Lab): Promise<(api: Ec2Api) => Promise<unknown>>
  /** Puts one that is in no network into the lab's. */
  attach?(lab: Ec2Lab, id: string): Promise<unknown>
  remove(lab: Ec2Lab, part: SeenPart): Promise<unknown>
}

const named = (lab: Ec2Lab) => marks(lab, { Name: `andamio-${lab.name}` })

/** The network that was made for the lab. Throws before it is there. */
export async function ownVpc(lab: Pick<Ec2Lab, 'account' | 'journal' | 'name'>): Promise<string> {
  const [vpc] = ours(lab, await lab.account.network.vpcs.now())
  if (vpc) return vpc.id
  throw new Error(`the network of lab ${lab.name} is not there yet`)
}

export async function ownSubnet(lab: Ec2Lab): Promise<string> {
  const [subnet] = ours(lab, await lab.account.network.subnets.now())
  if (subnet) return subnet.id
  throw new Error(`the subnet of lab ${lab.name} is not there yet`)
}

const vpc: NetworkPart = {
  kind: 'ec2-vpc',
  what: 'network',
  call: 'createVpc',
  wish: ({ network }) => [{ attribute: 'addresses', before: null, after: network.own ?? null }],
  reading: ({ account }) => account.network.vpcs,
  make: async lab => {
    const wish = { CidrBlock: lab.network.own, TagSpecifications: tagged(named(lab), 'vpc') }
    return api => api.createVpc(wish)
  },
  remove: ({ account }, { id: VpcId }) => account.call('deleteVpc', api => api.deleteVpc({ VpcId })),
}

const subnet: NetworkPart = {
  kind: 'ec2-subnet',
  what: 'subnet',
  call: 'createSubnet',
  already: 'InvalidSubnet.Conflict',
  reading: ({ account }) => account.network.subnets,
  make: async lab => {
    const { own, zone } = lab.network
    const place = { VpcId: await lab.vpc(), CidrBlock: own, ...(zone === undefined ? {} : { AvailabilityZone: zone }) }
    const wish = { ...place, TagSpecifications: tagged(named(lab), 'subnet') }
    return api => api.createSubnet(wish)
  },
  remove: ({ account }, { id: SubnetId }) => account.call('deleteSubnet', api => api.deleteSubnet({ SubnetId })),
}

const gateway: NetworkPart = {
  kind: 'ec2-internet-gateway',
  what: 'internet gateway',
  call: 'createInternetGateway',
  reading: ({ account }) => account.network.gateways,
  // Where packets find their way out, it is there.
  inUse: async ({ account }) => (await account.network.routes.now())[0]?.gateway,
  make: async lab => {
    const wish = { TagSpecifications: tagged(named(lab), 'internet-gateway') }
    return api => api.createInternetGateway(wish)
  },
  attach: async (lab, InternetGatewayId) => {
    const VpcId = await lab.vpc()
    return lab.account.call('attachInternetGateway', api => api.attachInternetGateway({ InternetGatewayId, VpcId }))
  },
  async remove({ account }, { id: InternetGatewayId, vpc: VpcId }) {
    if (VpcId !== undefined)
      await account
        .call('detachInternetGateway', api => api.detachInternetGateway({ InternetGatewayId, VpcId }))
        .catch(unlessDetached)
    await account.call('deleteInternetGateway', api => api.deleteInternetGateway({ InternetGatewayId }))
  },
}

/** In the order in which they are made; they go the other way round. */
export const networkParts: readonly NetworkPart[] = [vpc, subnet, gateway]

function unlessDetached(error: unknown): void {
  if (!isService(error, 'Gateway.NotAttached', 'InvalidVpcID.NotFound')) throw error
}
