import type { Failure } from '../../report/events.ts'
import type { Ec2Lab } from './lab.ts'
import type { Marked } from './seen.ts'

/**
 * What stands against a lab that is in another network than the inventory wants by now: what decides who reaches its
 * hosts cannot be taken along. Undefined where it is in none yet. Throws where the inventory's own network is not there.
 */
export async function elsewhere(lab: Ec2Lab): Promise<Failure | undefined> {
  const { account, journal, network } = lab
  if (journal.id === undefined) return undefined
  // Of another lab of this name the resources tell.
  const mine = <T extends Marked>(things: readonly T[]) => things.filter(one => one.lab === journal.id)
  const groups = mine(await account.groups.now())
  if (groups.length === 0) return undefined
  const wished =
    network.own === undefined ? [await lab.vpc()] : mine(await account.network.vpcs.now()).map(({ id }) => id)
  const there = groups.find(({ vpc = '' }) => !wished.includes(vpc))?.vpc
  if (there === undefined) return undefined
  return {
    code: 'ec2-network-differs',
    message: `The lab is in the network ${there}, and the inventory wants ${wished[0] ?? 'a network of its own'}`,
    place: `EC2 in ${account.region}`,
    next: 'Put `network`, `vpc` and `subnet` under `ec2` back to what they were; or remove the lab with down, and make it anew.',
  }
}
