import { counted } from './counted.ts'
import { foreseenCost } from './foreseen-cost.ts'
import type { HostWish } from './host-wish.ts'
import { type Ec2Lab, mine } from './lab.ts'
import { placeOf } from './place.ts'
import { isAlive, isStopped } from './seen.ts'

/**
 * `make 2 instances (cp, nfs) in account 123456789012 at AWS, eu-west-1, for about 0.06 USD an hour`: what of these hosts
 * costs money from this run on. Undefined where nothing is to be made or started.
 */
export async function spending(lab: Ec2Lab, wishes: readonly HostWish[]): Promise<string | undefined> {
  const there = mine(lab, await lab.account.instances.now()).filter(isAlive)
  const seen = (wish: HostWish) => there.find(({ host }) => host === wish.name)
  const toMake = wishes.filter(wish => !seen(wish))
  const toStart = wishes.filter(wish => {
    const one = seen(wish)
    return one !== undefined && isStopped(one)
  })
  if (toMake.length + toStart.length === 0) return undefined
  const started = toStart.map(wish => ({ ...wish, type: seen(wish)?.type ?? wish.type, otherTypes: [] }))
  const { wished, most } = foreseenCost(lab.account.region, [...toMake, ...started])
  const upTo = most.hourly > wished.hourly ? `, up to ${most.hourly.toFixed(2)}` : ''
  const unpriced = most.unpriced.length === 0 ? '' : `, besides ${most.unpriced.join(' and ')} of unknown price`
  const what = [
    ...(toMake.length === 0 ? [] : [`make ${listed(toMake)}`]),
    ...(toStart.length === 0 ? [] : [`start ${listed(toStart)}`]),
  ]
  const price = `about ${wished.hourly.toFixed(2)} USD an hour${upTo}${unpriced}`
  return `${what.join(' and ')} in ${await placeOf(lab)}, for ${price}`
}

const listed = (wishes: readonly HostWish[]): string =>
  `${counted(wishes.length, 'instance')} (${wishes.map(({ name }) => name).join(', ')})`
