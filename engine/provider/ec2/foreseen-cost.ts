import { counted } from './counted.ts'
import type { HostWish } from './host-wish.ts'
import { dearestOf, type Estimate, estimate, hoursOfMonth, pricesOf } from './prices.ts'

/** What the cost of a host depends on before it is made. */
export type PricedWish = Pick<HostWish, 'name' | 'type' | 'otherTypes' | 'disk' | 'publicAddress' | 'expiry'>

export interface ForeseenCost {
  /** Where AWS has room for the first type of each host. */
  readonly wished: Estimate
  /** Where each host gets the dearest type that it may have. */
  readonly most: Estimate
  /** After which the hosts end themselves. */
  readonly hours: number | undefined
  /** Hosts that only stop then, and what their disks cost from then on, in USD an hour. */
  readonly stopping: { readonly hosts: readonly string[]; readonly hourly: number }
}

export function foreseenCost(region: string, hosts: readonly PricedWish[]): ForeseenCost {
  const dearest = hosts.map(host => ({ ...host, type: dearestOf([host.type, ...host.otherTypes]) }))
  // One without a price is no dearest one, and yet AWS may give it.
  const others = hosts.flatMap(({ otherTypes, ...host }) => otherTypes.map(type => ({ ...host, type })))
  const wished = estimate(region, hosts)
  const unpriced = [...new Set([...wished.unpriced, ...estimate(region, others).unpriced])]
  // One that is stopped gives its address back.
  const stopped = hosts.flatMap(host => (host.expiry?.atEnd === 'stop' ? [{ ...host, publicAddress: false }] : []))
  return {
    wished,
    most: { hourly: estimate(region, dearest).hourly, unpriced },
    hours: hosts[0]?.expiry?.hours,
    stopping: {
      hosts: stopped.map(({ name }) => name),
      hourly: estimate(region, stopped, { disksAlone: true }).hourly,
    },
  }
}

/** `about 0.16 USD an hour, 117 USD a month, up to 1.27 USD an hour where only other types have room (prices of ...)`. */
export function foreseenWords({ wished, most, hours }: ForeseenCost): string {
  const other =
    most.hourly > wished.hourly ? `, up to ${spent(most.hourly, hours)} where only other types have room` : ''
  const rest =
    most.unpriced.length === 0 ? '' : `, and what ${most.unpriced.join(' and ')} cost: they are not in the table`
  return `about ${spent(wished.hourly, hours)}${other}${rest} (prices of ${pricesOf}, without traffic)`
}

/** How long it costs that, and what it costs after: a whole sentence's end. */
export function endWords({ hours, stopping }: ForeseenCost): string {
  if (hours === undefined) return 'until it is removed.'
  const end = 'then its hosts end by themselves, each by a timer of its own.'
  if (stopping.hosts.length === 0) return end
  const [only, disks] = stopping.hosts.length === 1 ? ['stops', 'its disk costs'] : ['stop', 'their disks cost']
  const kept = `${disks} ${monthly(stopping.hourly)} until it is removed`
  return `${end} ${stopping.hosts.join(' and ')} only ${only}: ${kept}.`
}

const monthly = (hourly: number): string => `${Math.round(hourly * hoursOfMonth)} USD a month`

const spent = (hourly: number, hours: number | undefined): string => {
  const whole =
    hours === undefined ? monthly(hourly) : `${(hourly * hours).toFixed(2)} USD in ${counted(hours, 'hour')}`
  return `${hourly.toFixed(2)} USD an hour, ${whole}`
}
