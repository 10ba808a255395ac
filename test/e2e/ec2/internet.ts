import { createHash } from 'node:crypto'
import { runHere } from '../../../engine/provider/local/command.ts'
import { linkName } from '../../../engine/provider/local/names.ts'
import { sh } from '../../../engine/shell/sh.ts'

/**
 * Addresses that are kept for measuring networks (RFC 2544), so that nobody is to be reached at them: the operator's side,
 * and what instances are given. Those of documents will not do, for there are machines that reach real servers at them.
 * Another part of them for each lab: proofs run side by side.
 */
function addressesOf(lab: string) {
  const part = createHash('sha256').update(lab).digest()[0]
  return { operator: `198.18.${part}.7`, gateway: `198.18.${part}.1`, instances: `198.19.${part}` }
}
const instanceNumbers = { first: 10, last: 250 }

export interface InternetWish {
  readonly lab: string
  /** The network that the instances are in. */
  readonly subnet: string
  /** Addresses in it that are the internet's all the same: those who serve packages there. */
  readonly served: readonly string[]
}

/**
 * What lies between an operator and instances in a cloud: the operator is on a machine of its own, in a network namespace,
 * and comes to an instance by nothing but the address of the internet that it has for now. All of it bears the lab's name.
 */
export class Internet {
  /** Who asks from the operator's machine. */
  readonly operator: string
  /** What runs on this machine is found there by the operator. */
  readonly gateway: string
  /** Words in front of a command that is to run on the operator's machine. */
  readonly asOperator: readonly string[]
  readonly #names: ReturnType<typeof namesOf>
  #next = instanceNumbers.first
  readonly #instances: string
  readonly #published = new Map<string, string>()
  /** Rules change one after another. */
  #turn: Promise<unknown> = Promise.resolve()

  private constructor(lab: string) {
    const names = namesOf(lab)
    this.#names = names
    this.operator = names.operator
    this.gateway = names.gateway
    this.#instances = names.instances
    this.asOperator = ['nsenter', `--net=/run/netns/${names.namespace}`, '--']
  }

  static async open({ lab, subnet, served }: InternetWish): Promise<Internet> {
    await runHere('making an internet', makeScript(namesOf(lab), subnet, served))
    return new Internet(lab)
  }

  /** Gives a machine an address of the internet: another one each time, as AWS does at each start. */
  async publish(inside: string): Promise<string> {
    if (this.#next > instanceNumbers.last) throw new Error('there is no address left')
    const outside = `${this.#instances}.${this.#next++}`
    this.#published.set(inside, outside)
    await this.#show()
    return outside
  }

  async withdraw(inside: string): Promise<void> {
    if (this.#published.delete(inside)) await this.#show()
  }

  /** Whether the operator comes through to a port: what is open and has nobody behind it refuses at once. */
  async reaches(address: string, port: number): Promise<boolean> {
    const knock = `${this.asOperator.join(' ')} timeout 4 bash -c 'exec 3<>/dev/tcp/${address}/${port}'`
    return (await runHere('knocking', `${knock} 2>/dev/null && echo yes || echo no`)).trim() === 'yes'
  }

  async close(): Promise<void> {
    await this.#turn.catch(() => undefined)
    await runHere('removing the internet', removeScript(this.#names))
  }

  #show(): Promise<unknown> {
    const pairs = [...this.#published].map(([inside, outside]) => `${outside} : ${inside}`)
    const add = pairs.length > 0 ? `\nadd element ip ${this.#names.table} public { ${pairs.join(', ')} }` : ''
    const script = sh`nft ${`flush map ip ${this.#names.table} public${add}`}`
    this.#turn = this.#turn.then(() => runHere('changing addresses of the internet', script))
    return this.#turn
  }
}

const namesOf = (lab: string) => ({
  ...addressesOf(lab),
  namespace: `andamio-${lab}-operator`,
  link: linkName('am-', `${lab}-internet`),
  table: `andamio_${lab.replaceAll('-', '_')}_internet`,
})

const makeScript = (
  { namespace, link, table, operator, gateway, instances }: ReturnType<typeof namesOf>,
  subnet: string,
  served: readonly string[],
): string => {
  const rules = `table ip ${table} {
  map public { type ipv4_addr : ipv4_addr; }
  chain arrive {
    type nat hook prerouting priority dstnat; policy accept;
    iifname "${link}" dnat to ip daddr map @public
  }
  chain leave {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${operator} ip daddr != ${subnet} masquerade
  }
  chain pass {
    type filter hook forward priority filter - 1; policy accept;
    iifname "${link}" ct status dnat accept
    ${served.map(at => `iifname "${link}" ip daddr ${at} accept`).join('\n    ')}
    iifname "${link}" ip daddr { ${subnet}, ${instances}.0/24 } drop
  }
}`
  return sh`
ip netns add ${namespace}
ip link add ${link} type veth peer name card netns ${namespace}
ip addr add ${`${gateway}/24`} dev ${link}
ip link set ${link} up
ip -n ${namespace} link set lo up
ip -n ${namespace} addr add ${`${operator}/24`} dev card
ip -n ${namespace} link set card up
ip -n ${namespace} route add default via ${gateway}
nft ${rules}
`
}

const removeScript = ({ namespace, link, table }: ReturnType<typeof namesOf>): string => sh`
nft delete table ip ${table} 2>/dev/null || :
ip link delete ${link} 2>/dev/null || :
if [ -e ${`/run/netns/${namespace}`} ]; then ip netns delete ${namespace}; fi
`
