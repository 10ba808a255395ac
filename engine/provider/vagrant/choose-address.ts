import { AndamioError } from '../../errors.ts'
import { overlaps } from '../lab/subnet.ts'
import type { GuestFacts } from './guest.ts'

export interface AddressWish {
  readonly host: string
  /** Where Vagrant itself logs in. */
  readonly hostName: string
  /** The inventory's, of the hosts' own network. */
  readonly network?: string | undefined
}

/**
 * Of a machine's addresses the one that all others reach: the second card's, where the first is behind NAT and has the
 * same address on every machine. Throws `machine-no-address` where there is none, or more than one.
 */
export function chooseAddress(wish: AddressWish, { addresses, defaultCard }: GuestFacts): string {
  const { host, hostName, network } = wish
  const all = addresses.map(({ address }) => address)
  const cards = addresses.filter(({ real }) => real)
  if (network !== undefined) {
    const [inside] = all.filter(address => overlaps(network, address))
    if (inside === undefined) throw noAddress(host, `it has none in ${network}, only ${listed(all)}`)
    return inside
  }
  // Its own, and not a port of this machine that leads there: so everybody can come there.
  if (all.includes(hostName)) return hostName
  const [second, ...more] = cards.filter(({ card }) => card !== defaultCard)
  if (second === undefined)
    throw noAddress(host, `it has only ${listed(cards.map(({ address }) => address))}, behind NAT`)
  if (more.length > 0)
    throw noAddress(host, `it has more than one: ${listed([second, ...more].map(one => one.address))}`)
  return second.address
}

const listed = (all: readonly string[]): string => (all.length === 0 ? 'none' : all.join(', '))

const noAddress = (host: string, cause: string): AndamioError =>
  new AndamioError({
    code: 'machine-no-address',
    message: `${host} has no address of which it is clear that the other hosts reach it`,
    place: host,
    cause,
    next: 'Give the machine a card in a network of the hosts own (in its Vagrantfile: config.vm.network "private_network", ip: ...), or say which address it is: vagrant: { network: 192.168.56.0/24 } in the inventory.',
  })
