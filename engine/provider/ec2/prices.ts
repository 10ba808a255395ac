/** When these prices were last compared with AWS's own page, aws.amazon.com/ec2/pricing/on-demand. */
export const pricesOf = '2026-11'

/** USD an hour in us-east-1, Linux, on demand. */
const hourly: Readonly<Record<string, number>> = {
  't3.micro': 0.0104,
  't3.small': 0.0208,
  't3.medium': 0.0416,
  't3.large': 0.0832,
  't3.xlarge': 0.1664,
  't3.2xlarge': 0.3328,
  't3a.micro': 0.0094,
  't3a.small': 0.0188,
  't3a.medium': 0.0376,
  't3a.large': 0.0752,
  't3a.xlarge': 0.1504,
  'm5.large': 0.096,
  'm5.xlarge': 0.192,
  'm6i.large': 0.096,
  'm6i.xlarge': 0.192,
  'm7i.large': 0.1008,
  'm7i.xlarge': 0.2016,
  'c5.large': 0.085,
  'c5.xlarge': 0.17,
  'c6i.large': 0.085,
  'c6i.xlarge': 0.17,
  'r6i.large': 0.126,
  'r6i.xlarge': 0.252,
}

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
    const machine = disksAlone ? 0 : (hourly[type] ?? 0) * factor
    return machine + (disk * gibibyte * factor) / hoursOfMonth + (publicAddress ? address : 0)
  })
  const unpriced = [...new Set(hosts.flatMap(({ type }) => (type in hourly || disksAlone ? [] : [type])))]
  return { hourly: each.reduce((sum, one) => sum + one, 0), unpriced }
}

/** `about 0.16 USD an hour, 117 USD a month (prices of 2026-11, without traffic)`. */
export function estimateWords({ hourly: sum, unpriced }: Estimate): string {
  const rest = unpriced.length === 0 ? '' : `, and what ${unpriced.join(' and ')} cost: they are not in the table`
  const month = Math.round(sum * hoursOfMonth)
  return `about ${sum.toFixed(2)} USD an hour, ${month} USD a month${rest} (prices of ${pricesOf}, without traffic)`
}
