/**
 * When these prices were last compared. AWS's own page, aws.amazon.com/ec2/pricing/on-demand, could not be opened then:
 * they are those that ten tables of others agree on.
 */
export const pricesOf = '2026-11'

const sizes = ['large', 'xlarge', '2xlarge'] as const

/** USD an hour in us-east-1, Linux, on demand, of a family's size `large`: one size more is twice as dear. */
const families: Readonly<Record<string, number>> = {
  t3: 0.0832,
  t3a: 0.0752,
  m5: 0.096,
  m6i: 0.096,
  m7i: 0.1008,
  c5: 0.085,
  c6i: 0.085,
  c7i: 0.08925,
  r5: 0.126,
  r6i: 0.126,
}
/** Of these there are smaller ones, each half of the next. */
const small = ['medium', 'small', 'micro', 'nano'] as const

/** USD an hour in us-east-1, by type. */
const hourly = new Map(
  Object.entries(families).flatMap(([family, large]) => [
    ...sizes.map((size, index): [string, number] => [`${family}.${size}`, large * 2 ** index]),
    ...small.flatMap((size, index): [string, number][] =>
      family.startsWith('t') ? [[`${family}.${size}`, large / 2 ** (index + 1)]] : [],
    ),
  ]),
)
/** The first of those whose price is known and no other's is higher; the first of all where none is known. */
export const dearestOf = (types: readonly [string, ...string[]]): string =>
  types.reduce((dearest, type) => ((hourly.get(type) ?? 0) > (hourly.get(dearest) ?? 0) ? type : dearest))
export const pricedTypes: readonly string[] = [...hourly.keys()]

/** How much dearer a region is, about. Of others nobody has looked: they are taken for a quarter dearer. */
const regions: Readonly<Record<string, number>> = {
  'us-east-1': 1,
  'us-east-2': 1,
  'us-west-2': 1,
  'eu-north-1': 1.04,
  'eu-west-1': 1.1,
  'eu-west-3': 1.14,
  'eu-central-1': 1.15,
}
const elsewhere = 1.25

/** USD an hour for an IPv4 address of the internet, everywhere. */
const address = 0.005
/** USD a month for a GiB of gp3 in us-east-1. */
const gibibyte = 0.08
export const hoursOfMonth = 730

export interface Priced {
  readonly type: string
  /** GiB. */
  readonly disk: number
  readonly publicAddress: boolean
}

export interface Estimate {
  /** USD, of all whose price is known; without traffic. */
  readonly hourly: number
  /** Types that the table does not have. */
  readonly unpriced: readonly string[]
}

export function estimate(region: string, hosts: readonly Priced[], { disksAlone = false } = {}): Estimate {
  const factor = regions[region] ?? elsewhere
  const each = hosts.map(({ type, disk, publicAddress }) => {
    const machine = disksAlone ? 0 : (hourly.get(type) ?? 0) * factor
    return machine + (disk * gibibyte * factor) / hoursOfMonth + (publicAddress ? address : 0)
  })
  const unpriced = [...new Set(hosts.flatMap(({ type }) => (hourly.has(type) || disksAlone ? [] : [type])))]
  return { hourly: each.reduce((sum, one) => sum + one, 0), unpriced }
}
