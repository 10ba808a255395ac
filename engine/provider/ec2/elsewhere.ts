import { AndamioError } from '../../errors.ts'
import { type Ec2Lab, mine } from './lab.ts'

/**
 * Throws `ec2-network-differs` for a lab that is in another network than the inventory wants by now: what decides who
 * reaches its hosts cannot be taken along, and a network keeps its addresses and its zone. Throws, too, where the
 * inventory's own network is not there.
 */
export async function refuseElsewhere(lab: Ec2Lab): Promise<void> {
  const { account, network } = lab
  const groups = mine(lab, await account.groups.now())
  const vpcs = network.own === undefined ? [] : mine(lab, await account.network.vpcs.now())
  const other = vpcs.find(({ cidr }) => cidr !== undefined && cidr !== network.own)
  if (other) throw differs(lab, `The lab's network is ${other.cidr}, and the inventory wants ${network.own}`)
  if (network.own !== undefined && network.zone !== undefined) {
    const subnet = mine(lab, await account.network.subnets.now()).find(({ zone }) => zone && zone !== network.zone)
    if (subnet) throw differs(lab, `The lab's subnet is in ${subnet.zone}, and the inventory wants ${network.zone}`)
  }
  if (groups.length === 0) return
  const wished = network.own === undefined ? [await lab.vpc()] : vpcs.map(({ id }) => id)
  const there = groups.find(({ vpc = '' }) => !wished.includes(vpc))?.vpc
  if (there === undefined) return
  throw differs(
    lab,
    `The lab is in the network ${there}, and the inventory wants ${wished[0] ?? 'a network of its own'}`,
  )
}

const differs = ({ account }: Ec2Lab, message: string): AndamioError =>
  new AndamioError({
    code: 'ec2-network-differs',
    message,
    place: `EC2 in ${account.region}`,
    next: 'Put `network`, `zones`, `vpc` and `subnet` under `ec2` back to what they were; or remove the lab with down, and make it anew.',
  })
