import { AndamioError } from '../../errors.ts'
import { onOperator } from '../../resource/operator.ts'
import { absent, present, type Resource } from '../../resource/resource.ts'
import { type NetworkRecord, readRecord, removeRecord, subnetsOfOthers, writeRecord } from '../lab/network-record.ts'
import { allot, overlaps } from '../lab/subnet.ts'

export interface VagrantNetworkWish {
  readonly lab: string
  /** Where subnet and addresses are remembered. */
  readonly record: string
  readonly hosts: readonly { readonly name: string; readonly address?: string }[]
  /** The inventory's; else a free one. */
  readonly subnet?: string | undefined
}

/** Those that VirtualBox lets hosts be in unless it is told otherwise. */
const allowed = Array.from({ length: 8 }, (_, index) => `192.168.${56 + index}.0/24`)

/** The network of the hosts' second cards, and who has which address in it. Vagrant makes it with the first machine. */
export function vagrantNetwork(wish: VagrantNetworkWish): Resource<Network, undefined> {
  return {
    ...identity(wish),
    diff(is) {
      const late = wish.subnet ?? { late: 'a free subnet, chosen at creation' }
      if (is.is === 'absent') return [{ attribute: 'subnet', before: null, after: late }]
      const { addresses } = is.state
      return wish.hosts
        .filter(({ name, address }) => !addresses[name] || (address && addresses[name] !== address))
        .map(({ name, address }) => ({
          attribute: `address of ${name}`,
          before: addresses[name] ?? null,
          after: address ?? { late: 'the next free address' },
        }))
    },
    async apply() {
      const record = readRecord(wish.record)
      const subnet = record?.subnet ?? wish.subnet ?? (await freeOf(wish))
      writeRecord(wish.record, { subnet, addresses: allot(subnet, wish.hosts, record?.addresses ?? {}) })
    },
  }
}

export function noVagrantNetwork(wish: VagrantNetworkWish): Resource<Network, undefined> {
  return {
    ...identity(wish),
    diff: is => (is.is === 'absent' ? [] : [{ attribute: 'subnet', before: is.state.subnet, after: null }]),
    apply: async () => removeRecord(wish.record),
  }
}

type Network = { readonly [Key in keyof NetworkRecord]: NetworkRecord[Key] }

const identity = ({ lab, record }: VagrantNetworkWish) => ({
  kind: 'vagrant-network',
  id: lab,
  probe: onOperator<Network>(async () => {
    const known = readRecord(record)
    return known === undefined ? absent : present({ ...known })
  }),
})

async function freeOf({ lab, record }: VagrantNetworkWish): Promise<string> {
  const taken = await subnetsOfOthers(record)
  const free = allowed.find(subnet => !taken.some(other => overlaps(subnet, other)))
  if (free !== undefined) return free
  throw new AndamioError({
    code: 'subnet-taken',
    message: `Lab ${lab} cannot have its network: other labs have all that VirtualBox allows`,
    cause: `${allowed[0]} to ${allowed.at(-1)}`,
    next: 'Give it another by vagrant: { network: ... } and allow that in /etc/vbox/networks.conf, or remove a lab.',
  })
}
