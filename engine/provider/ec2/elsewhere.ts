import { AndamioError } from '../../errors.ts'
import { type Ec2Lab, mine } from './lab.ts'

/**
 * Throws `ec2-network-differs` for a lab that is in another network than the inventory wants by now: what decides who
 * reaches its hosts cannot be taken along. Throws, too, where the inventory's own network is not there.
 */
export async function refuseElsewhere(lab: Ec2Lab): Promise<void> {
  const { account, network } = lab
  const groups = mine(lab, await account.groups.now())
  if (groups.length === 0) return
  const wished =
    network.own === undefined ? [await lab.vpc()] : mine(lab, await account.network.vpcs.now()).map(({ id }) => id)
  const there = groups.find(({ vpc = '' }) => !wished.includes(vpc))?.vpc
  if (there === undefined) return
  throw new AndamioError({
    code: 'ec2-network-differs',
    message: `The lab is in the network ${there}, and the inventory wants ${wished[0] ?? 'a network of its own'}`,
    place: `EC2 in ${account.region}`,
    next: 'Put `network`, `vpc` and `subnet` under `ec2` back to what they were; or remove the lab with down, and make it anew.',
  })
}
