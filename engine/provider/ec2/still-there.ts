import type { Words } from '../provider.ts'
import { counted } from './counted.ts'
import { gibibytes } from './disk-size.ts'
import type { HostWish } from './host-wish.ts'
import type { Ec2Lab } from './lab.ts'
import { whatOf } from './launch.ts'
import { estimate } from './prices.ts'
import { isAlive, isStopped, type SeenInstance } from './seen.ts'

/**
 * The lab's instances, as last seen or launched since, what they cost and what ends that; and those that were asked for
 * and may still come. Undefined where there is none of either.
 */
export function stillThere(
  { account, journal, name }: Pick<Ec2Lab, 'account' | 'journal' | 'name'>,
  wishes: readonly HostWish[],
  down: string,
): Words | undefined {
  const there = (account.lastInstances ?? []).filter(one => isAlive(one) && one.lab === journal.id)
  const awaited = wishes.flatMap(({ name }) =>
    journal.mayCome(whatOf(name)) && there.every(({ host }) => host !== name) ? [name] : [],
  )
  if (there.length + awaited.length === 0) return undefined
  const stopped = there.filter(isStopped)
  const run = there.filter(one => !isStopped(one))
  const wishOf = (host: string) => wishes.find(({ name }) => name === host)
  const priced = ({ host, type, publicAddress }: SeenInstance) => ({
    ...{ type, disk: wishOf(host)?.disk ?? gibibytes(undefined) },
    publicAddress: publicAddress !== undefined || (wishOf(host)?.publicAddress ?? false),
  })
  const { hourly, unpriced } = estimate(account.region, run.map(priced))
  const disks = estimate(
    account.region,
    stopped.map(one => ({ ...priced(one), publicAddress: false })),
    { disksAlone: true },
  )
  const usdPerHour = hourly + disks.hourly
  const sentences = [
    ...(run.length === 0
      ? []
      : [
          `${counted(run.length, 'instance')} of the lab ${name} ${be(run, 'runs', 'run')} in ${account.region}: ${listed(run)}.`,
        ]),
    ...(stopped.length === 0
      ? []
      : [`${listed(stopped)} ${be(stopped)} stopped, and ${be(stopped, 'its disk', 'their disks')} kept.`]),
    ...(awaited.length === 0
      ? []
      : [`${awaited.join(', ')} ${be(awaited, 'was', 'were')} asked for and may still come.`]),
    ...(there.length === 0 ? [] : [`That costs about ${usdPerHour.toFixed(2)} USD an hour${besides(unpriced)}.`]),
    ...(run.some(({ expires }) => expires) ? ['Of these, only those that up has logged in to end by themselves.'] : []),
    `To remove it all: ${down}`,
  ]
  return {
    text: sentences.join(' '),
    data: {
      instances: there.map(({ id, host, state }) => ({ id, host, state })),
      ...{ awaited, usdPerHour, unpriced, remove: down },
    },
  }
}

const be = (things: readonly unknown[], one = 'is', more = 'are'): string => (things.length === 1 ? one : more)
const besides = (unpriced: readonly string[]): string =>
  unpriced.length === 0 ? '' : `, besides ${unpriced.join(' and ')}, whose price is not known here`
const listed = (instances: readonly SeenInstance[]): string =>
  instances.map(({ host, id }) => `${host} ${id}`).join(', ')
