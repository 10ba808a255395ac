import type { Estimate, Priced } from './prices.ts'
import { dearestOf, estimate, hoursOfMonth, pricesOf } from './prices.ts'

/** A host before it is made. */
export interface PricedWish extends Priced {
  /** Types that it may have instead. */
  readonly otherTypes: readonly string[]
}

export interface ForeseenCost {
  /** Where AWS has room for the first type of each host. */
  readonly wished: Estimate
  /** Where each host gets the dearest type that it may have. */
  readonly most: Estimate
}

export function foreseenCost(region: string, hosts: readonly PricedWish[]): ForeseenCost {
  const dearest = hosts.map(host => ({ ...host, type: dearestOf([host.type, ...host.otherTypes]) }))
  // One without a price is no dearest one, and yet AWS may give it.
  const others = hosts.flatMap(({ otherTypes, ...host }) => otherTypes.map(type => ({ ...host, type })))
  const wished = estimate(region, hosts)
  const unpriced = [...new Set([...wished.unpriced, ...estimate(region, others).unpriced])]
  return { wished, most: { hourly: estimate(region, dearest).hourly, unpriced } }
}

/** `about 0.16 USD an hour, 117 USD a month, up to 1.27 USD an hour where only other types have room (prices of ...)`. */
export function foreseenWords({ wished, most }: ForeseenCost): string {
  const usual = `about ${wished.hourly.toFixed(2)} USD an hour, ${Math.round(wished.hourly * hoursOfMonth)} USD a month`
  const other =
    most.hourly > wished.hourly ? `, up to ${most.hourly.toFixed(2)} USD an hour where only other types have room` : ''
  const rest =
    most.unpriced.length === 0 ? '' : `, and what ${most.unpriced.join(' and ')} cost: they are not in the table`
  return `${usual}${other}${rest} (prices of ${pricesOf}, without traffic)`
}
