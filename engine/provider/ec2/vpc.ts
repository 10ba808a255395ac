import { AndamioError } from '../../errors.ts'
import type { Ec2Lab } from './lab.ts'
import { ownVpc } from './network-parts.ts'

/**
 * The network that the hosts are in: the lab's own, the subnet's, the one that the inventory names, or the region's
 * default one.
 */
export async function vpcOf(lab: Pick<Ec2Lab, 'account' | 'journal' | 'name' | 'network'>): Promise<string> {
  const { account, network } = lab
  const { vpc, subnet, own } = network
  if (own !== undefined) return ownVpc(lab)
  const place = `EC2 in ${account.region}`
  if (subnet !== undefined) {
    const { Subnets = [] } = await account.call('describeSubnets', api => api.describeSubnets({ SubnetIds: [subnet] }))
    const found = Subnets[0]?.VpcId
    if (found !== undefined && (vpc === undefined || vpc === found)) return found
    throw new AndamioError({
      code: 'ec2-subnet-elsewhere',
      message: found === undefined ? `There is no subnet ${subnet}` : `Subnet ${subnet} is not in ${vpc}`,
      place,
      cause: `it is in ${found ?? 'no network that is shown'}`,
      next: 'Correct `subnet` or `vpc` under `ec2` in the inventory; `subnet` alone is enough.',
    })
  }
  if (vpc !== undefined) return vpc
  const Filters = [{ Name: 'is-default', Values: ['true'] }]
  const { Vpcs = [] } = await account.call('describeVpcs', api => api.describeVpcs({ Filters }))
  const found = Vpcs[0]?.VpcId
  if (found !== undefined) return found
  throw new AndamioError({
    code: 'ec2-no-network',
    message: 'The account has no default network in this region',
    place,
    next: 'Name a subnet of yours under `ec2` in the inventory, or have AWS make the default one: aws ec2 create-default-vpc.',
  })
}
