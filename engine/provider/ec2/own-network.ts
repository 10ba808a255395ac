import type { InternetGateway, RouteTable, Subnet, Vpc } from '@aws-sdk/client-ec2'
import type { CallName, Ec2Api } from './api.ts'
import { Reading } from './reading.ts'
import type { Marked } from './seen.ts'
import { idTag, ofLab, readTags } from './tags.ts'

/** A part of the lab's own network, and the network that it is in; undefined where it is in none. */
export interface SeenPart extends Marked {
  readonly vpc: string | undefined
  /** IPv4; of networks and subnets. */
  readonly cidr?: string | undefined
  /** Of subnets. */
  readonly zone?: string | undefined
}

/** What decides where packets of a network go. AWS makes it with the network and marks it by nothing. */
export interface SeenRoutes {
  readonly table: string
  /** Where packets for the internet go; undefined where they go nowhere. */
  readonly gateway: string | undefined
}

export const everywhere = '0.0.0.0/0'

/** Who asks EC2, for a lab. */
interface Asked {
  readonly lab: string
  pages<T extends { readonly NextToken?: string | undefined }>(
    name: CallName,
    send: (api: Ec2Api, next: { readonly NextToken?: string }) => Promise<T>,
  ): Promise<readonly T[]>
}

/** The lab's own network as the account shows it, part by part; nothing of it is asked for before somebody wants it. */
export class OwnNetwork {
  readonly vpcs: Reading<readonly SeenPart[]>
  readonly subnets: Reading<readonly SeenPart[]>
  readonly gateways: Reading<readonly SeenPart[]>
  /** Of each of these networks. */
  readonly routes: Reading<readonly SeenRoutes[]>

  constructor(account: Asked) {
    const Filters = ofLab(account.lab)
    this.vpcs = new Reading(async () => {
      const pages = await account.pages('describeVpcs', (api, next) => api.describeVpcs({ Filters, ...next }))
      return pages.flatMap(({ Vpcs = [] }) => Vpcs.map(seenVpc))
    })
    this.subnets = new Reading(async () => {
      const pages = await account.pages('describeSubnets', (api, next) => api.describeSubnets({ Filters, ...next }))
      return pages.flatMap(({ Subnets = [] }) => Subnets.map(seenSubnet))
    })
    this.gateways = new Reading(async () => {
      const pages = await account.pages('describeInternetGateways', (api, next) =>
        api.describeInternetGateways({ Filters, ...next }),
      )
      return pages.flatMap(({ InternetGateways = [] }) => InternetGateways.map(seenGateway))
    })
    this.routes = new Reading(async () => {
      const ids = (await this.vpcs.now()).map(({ id }) => id)
      if (ids.length === 0) return []
      const wish = [
        { Name: 'vpc-id', Values: ids },
        { Name: 'association.main', Values: ['true'] },
      ]
      const pages = await account.pages('describeRouteTables', (api, next) =>
        api.describeRouteTables({ Filters: wish, ...next }),
      )
      return pages.flatMap(({ RouteTables = [] }) => RouteTables.map(seenRoutes))
    })
  }

  outdated(): void {
    for (const reading of [this.vpcs, this.subnets, this.gateways, this.routes]) reading.outdated()
  }
}

const seenVpc = ({ VpcId = '', CidrBlock, Tags }: Vpc): SeenPart => ({
  ...{ id: VpcId, lab: readTags(Tags)[idTag], vpc: VpcId, cidr: CidrBlock },
})

const seenSubnet = ({ SubnetId = '', VpcId, CidrBlock, AvailabilityZone, Tags }: Subnet): SeenPart => ({
  ...{ id: SubnetId, lab: readTags(Tags)[idTag], vpc: VpcId },
  ...{ cidr: CidrBlock, zone: AvailabilityZone },
})

const seenGateway = ({ InternetGatewayId = '', Attachments = [], Tags }: InternetGateway): SeenPart => ({
  ...{ id: InternetGatewayId, lab: readTags(Tags)[idTag] },
  vpc: Attachments[0]?.VpcId,
})

/** A route whose gateway has gone is still there, and leads nowhere. */
const seenRoutes = ({ RouteTableId = '', Routes = [] }: RouteTable): SeenRoutes => ({
  table: RouteTableId,
  gateway: Routes.find(
    ({ DestinationCidrBlock, State, GatewayId }) =>
      DestinationCidrBlock === everywhere && State === 'active' && GatewayId?.startsWith('igw-'),
  )?.GatewayId,
})
