/** An IPv4 network such as `10.55.0.0/24`. */
export type Cidr = string

/** How many addresses a lab's network has: 254 usable, of which hosts take from .10 on. */
const prefix = 24

/**
 * The first free network of those that labs use. `taken` are the networks that this machine routes to or that other labs
 * hold; a default route is none. Undefined when all are taken.
 */
export function freeSubnet(taken: readonly Cidr[]): Cidr | undefined {
  const ranges = taken.filter(cidr => !cidr.endsWith('/0')).map(range)
  return candidates().find(candidate => !ranges.some(other => overlap(range(candidate), other)))
}

/** Off the beaten track: not what home routers, container engines and Kubernetes take by default. */
function candidates(): Cidr[] {
  const many = (make: (third: number) => string) => Array.from({ length: 256 }, (_, third) => make(third))
  return [
    ...many(third => `10.55.${third}.0/${prefix}`),
    ...many(third => `172.30.${third}.0/${prefix}`),
    ...many(third => `192.168.${third}.0/${prefix}`).slice(200),
  ]
}

export function overlaps(one: Cidr, other: Cidr): boolean {
  return overlap(range(one), range(other))
}

/** The `number`th address of a network: 1 is its first. */
export function addressIn(subnet: Cidr, number: number): string {
  const [first] = range(subnet)
  const address = first + number
  return [24, 16, 8, 0].map(shift => Math.floor(address / 2 ** shift) % 256).join('.')
}

export const operatorNumber = 1
/** The switch itself, for programs that run inside the lab's namespace. */
export const switchNumber = 2

/**
 * An address for each host: the one it asks for, else the one it has, else the lowest free from .10 on. Hosts that have
 * an address and are not among `hosts` keep it until they are removed.
 */
export function allot(
  subnet: Cidr,
  hosts: readonly { readonly name: string; readonly address?: string }[],
  had: Readonly<Record<string, string>>,
): Record<string, string> {
  const allotted: Record<string, string> = {}
  for (const { name, address = had[name] } of hosts) if (address) allotted[name] = address
  const used = new Set([...Object.values(allotted), ...Object.values(had)])
  const free = Array.from({ length: 244 }, (_, index) => addressIn(subnet, index + 10)).filter(one => !used.has(one))
  for (const { name } of hosts) {
    const address = allotted[name] ?? free.shift()
    if (!address) throw new RangeError(`${subnet} has no address left for ${name}`)
    allotted[name] = address
  }
  return { ...had, ...allotted }
}

type Range = readonly [first: number, last: number]

function range(cidr: Cidr): Range {
  const [address = '', bits = '32'] = cidr.split('/')
  const size = 2 ** (32 - Number(bits))
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const first = Math.floor(number / size) * size
  return [first, first + size - 1]
}

const overlap = (one: Range, other: Range): boolean => one[0] <= other[1] && other[0] <= one[1]
