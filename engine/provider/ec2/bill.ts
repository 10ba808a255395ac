import type { BilledHost } from '../provider.ts'
import type { Account } from './account.ts'
import { estimate } from './prices.ts'
import { isAlive, type SeenInstance, seenInstance } from './seen.ts'
import { labTag, readTags } from './tags.ts'

/** What of all labs in the account and region is there, and about what it costs. */
export async function billOf(account: Account): Promise<readonly BilledHost[]> {
  const Filters = [{ Name: 'tag-key', Values: [labTag] }]
  const [instances, volumes] = await Promise.all([
    account.pages('describeInstances', (api, next) => api.describeInstances({ Filters, ...next })),
    account.pages('describeVolumes', (api, next) => api.describeVolumes({ Filters, ...next })),
  ])
  const disks = new Map<string, number>()
  for (const { Volumes = [] } of volumes)
    for (const { Size = 0, Attachments = [] } of Volumes)
      for (const { InstanceId = '' } of Attachments) disks.set(InstanceId, (disks.get(InstanceId) ?? 0) + Size)
  return instances
    .flatMap(({ Reservations = [] }) => Reservations.flatMap(({ Instances = [] }) => Instances))
    .map(instance => ({ lab: readTags(instance.Tags)[labTag] ?? '', seen: seenInstance(instance) }))
    .filter(({ seen }) => isAlive(seen))
    .map(({ lab, seen }) => billed(account.region, lab, seen, disks.get(seen.id) ?? 0))
}

function billed(region: string, lab: string, seen: SeenInstance, disk: number): BilledHost {
  const { host, state, type, launched, expires, publicAddress } = seen
  // One that is stopped costs its disk alone.
  const stopped = estimate(region, [{ type, disk, publicAddress: false }], { disksAlone: true })
  const runs = estimate(region, [{ type, disk, publicAddress: publicAddress !== undefined }])
  const { hourly, unpriced } = state === 'stopped' ? stopped : runs
  return {
    ...{ lab, id: seen.lab ?? 'none', host, state, type },
    ...(launched === undefined ? {} : { since: launched }),
    ...(expires === undefined ? {} : { expires }),
    ...(unpriced.length > 0 ? {} : { usdPerHour: hourly }),
  }
}
