import { AndamioError, usageError } from '../../errors.ts'
import { subnetsOfOthers } from '../lab/network-record.ts'
import { type Cidr, freeSubnet, overlaps } from '../lab/subnet.ts'
import { runHere } from './command.ts'
import { labNames } from './names.ts'
import type { NetworkWish } from './network-wish.ts'

/** The subnet for a lab that has none yet: the inventory's, else a free one. */
export async function chooseSubnet(wish: NetworkWish): Promise<Cidr> {
  refuseOddWish(wish)
  const { lab, record, subnet } = wish
  const taken = [...(await routesOfOthers(lab)), ...(await subnetsOfOthers(record))]
  const chosen = subnet ?? freeSubnet(taken)
  if (!chosen) throw subnetTaken(lab, 'every subnet that a lab may take')
  if (taken.some(other => overlaps(chosen, other))) throw subnetTaken(lab, chosen)
  return chosen
}

/**
 * Throws where something else has come into the place of a lab's subnet. Its hosts have their addresses on disk, so it
 * cannot move. A wider route, such as a VPN's, does no harm: the lab's own is the closer one.
 */
export async function refuseTakenSubnet(lab: string, subnet: Cidr): Promise<void> {
  const near = (await routesOfOthers(lab)).filter(other => Number(other.split('/')[1] ?? 32) >= 24)
  if (near.some(other => overlaps(subnet, other))) throw subnetTaken(lab, subnet)
}

/** An address says nothing without its network, and a network smaller than ours has no room for our numbering. */
function refuseOddWish({ hosts, subnet }: NetworkWish): void {
  const stray = hosts.find(({ address }) => address && !(subnet && overlaps(subnet, address)))
  if (stray) {
    const message = `host ${stray.name} asks for ${stray.address}, which is not in the subnet of the inventory`
    throw usageError({
      code: 'address-outside',
      message,
      next: 'Set local: { subnet: ... } to a network that holds it.',
    })
  }
  if (subnet && Number(subnet.split('/')[1]) > 24)
    throw usageError({
      code: 'subnet-small',
      message: `subnet ${subnet} is too small`,
      next: 'Give it a /24 or wider.',
    })
}

/** Networks that this machine routes to, the lab's own and the default route left out. */
async function routesOfOthers(lab: string): Promise<Cidr[]> {
  const { uplink } = labNames(lab)
  // Without `ip` this machine has no lab either. A run that makes one has it installed before.
  const script = 'if command -v ip >/dev/null; then ip -j -4 route show table all; fi'
  const list = JSON.parse((await runHere('reading the routes', script)) || '[]') as Route[]
  return list.filter(({ dev, dst }) => dev !== uplink && /^[0-9.]+(\/[1-9]\d*)?$/.test(dst)).map(({ dst }) => dst)
}

interface Route {
  readonly dst: string
  readonly dev?: string
}

const subnetTaken = (lab: string, subnet: string): AndamioError =>
  new AndamioError({
    code: 'subnet-taken',
    message: `Lab ${lab} cannot have its network: ${subnet} is in use on this machine`,
    cause: 'a route of this machine, or another lab, covers it',
    next: 'See `ip route` for what took it; give the lab another by local: { subnet: ... }, after `down` if it has hosts.',
  })
