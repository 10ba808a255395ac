import type { EC2, IpPermission } from '@aws-sdk/client-ec2'
import { hostTag, readTags } from '../../../engine/provider/ec2/tags.ts'
import { runHere } from '../../../engine/provider/local/command.ts'
import { labNames } from '../../../engine/provider/local/names.ts'
import { sh } from '../../../engine/shell/sh.ts'

export interface FirewallWish {
  /** The local lab whose hosts are the instances. */
  readonly lab: string
  /** What moto holds: all that is known of who may reach whom. */
  readonly account: EC2
  readonly subnet: string
  /** Addresses that are not instances: this machine's, and those who serve packages. */
  readonly others: readonly string[]
  /** Address of a host among the others; undefined where it has none. */
  addressOf(host: string): string | undefined
}

const table = 'security_groups'

/**
 * The account's security groups in force between the machines that stand in for instances: what no rule opens is dropped,
 * between them and from outside. Looked up in moto anew whenever something may have changed.
 */
export class Firewall {
  readonly #wish: FirewallWish
  readonly #namespace: string
  #inForce = ''
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(wish: FirewallWish) {
    this.#wish = wish
    this.#namespace = labNames(wish.lab).namespace
  }

  static async of(wish: FirewallWish): Promise<Firewall> {
    const firewall = new Firewall(wish)
    // Machines are plugged into one switch: what it passes on goes through the rules as if it were routed.
    await firewall.#inside('having the switch ask', sh`sysctl -qw net.bridge.bridge-nf-call-iptables=1`)
    await firewall.follow()
    return firewall
  }

  /** Puts in force what the account says now. */
  follow(): Promise<void> {
    const turn = this.#turn.then(async () => {
      const open = await this.#open()
      const rules = rulesOf(this.#wish, open)
      if (rules === this.#inForce) return
      await this.#inside('changing what is open', sh`nft ${rules}`)
      this.#inForce = rules
    })
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  /** What was dropped so far, `FROM > TO tcp PORT` a line. */
  async refused(): Promise<readonly string[]> {
    const listed = await this.#inside('reading what was refused', sh`nft -j list set ip ${table} refused`)
    const { nftables } = JSON.parse(listed) as { nftables: readonly { set?: { elem?: readonly unknown[] } }[] }
    return nftables
      .flatMap(({ set }) => set?.elem ?? [])
      .map(element => (element as { concat?: readonly unknown[] }).concat ?? [])
      .map(([from, to, protocol, port]) => `${from} > ${to} ${protocol} ${port}`)
      .sort()
  }

  #inside(what: string, script: string): Promise<string> {
    return runHere(what, sh`ip netns exec ${this.#namespace} sh -euc ${script}`)
  }

  /** Rules by address: who may come to whom, one nft rule a line. */
  async #open(): Promise<readonly string[]> {
    const { account, addressOf } = this.#wish
    const [{ Reservations = [] }, { SecurityGroups = [] }] = await Promise.all([
      account.describeInstances({}),
      account.describeSecurityGroups({}),
    ])
    const members = new Map<string, string[]>()
    for (const { Tags, State, SecurityGroups: groups = [] } of Reservations.flatMap(
      ({ Instances = [] }) => Instances,
    )) {
      const address = addressOf(readTags(Tags)[hostTag] ?? '')
      if (address === undefined || State?.Name === 'terminated') continue
      for (const { GroupId = '' } of groups) members.set(GroupId, [...(members.get(GroupId) ?? []), address])
    }
    return SecurityGroups.flatMap(({ GroupId = '', IpPermissions = [] }) => {
      const to = members.get(GroupId) ?? []
      return to.length === 0 ? [] : IpPermissions.flatMap(permission => ruleOf(permission, to, members))
    })
  }
}

function ruleOf(
  { IpProtocol = '-1', FromPort, ToPort, IpRanges = [], UserIdGroupPairs = [] }: IpPermission,
  to: readonly string[],
  members: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const from = [
    ...IpRanges.flatMap(({ CidrIp }) => CidrIp ?? []),
    ...UserIdGroupPairs.flatMap(({ GroupId = '' }) => members.get(GroupId) ?? []),
  ]
  if (from.length === 0) return []
  const ports = IpProtocol === '-1' ? '' : ` ${IpProtocol} dport ${FromPort}-${ToPort}`
  return [`ip saddr ${setOf(from)} ip daddr ${setOf(to)}${ports} accept`]
}

const setOf = (addresses: readonly string[]): string => `{ ${[...new Set(addresses)].sort().join(', ')} }`

/** In one transaction; what was refused before stays written down. Whoever is inside may go anywhere outside. */
const rulesOf = ({ subnet, others }: FirewallWish, open: readonly string[]): string => `table ip ${table} {
  set refused { type ipv4_addr . ipv4_addr . inet_proto . inet_service; size 4096; flags dynamic; }
  chain forward { type filter hook forward priority filter; policy drop; }
}
flush chain ip ${table} forward
table ip ${table} {
  chain forward {
    ct state established,related accept
    ip saddr ${setOf(others)} accept
    ip daddr ${setOf(others)} accept
    ip daddr != ${subnet} accept
    ${open.join('\n    ')}
    meta l4proto { tcp, udp } update @refused { ip saddr . ip daddr . meta l4proto . th dport }
  }
}`
