import type { Instance, Volume } from '@aws-sdk/client-ec2'
import type { Bill, BilledDisk, BilledHost } from '../provider.ts'
import type { Account } from './account.ts'
import { estimate } from './prices.ts'
import { isAlive, type SeenInstance, seenInstance } from './seen.ts'
import { idTag, labTag, readTags } from './tags.ts'

/** What of all labs in the account and region is there, and about what it costs. */
export async function billOf(account: Account): Promise<Bill> {
  const { region } = account
  const Filters = [{ Name: 'tag-key', Values: [labTag] }]
  const [instances, volumes] = await Promise.all([
    account.pages('describeInstances', (api, next) => api.describeInstances({ Filters, ...next })),
    account.pages('describeVolumes', (api, next) => api.describeVolumes({ Filters, ...next })),
  ])
  const alive = instances
    .flatMap(({ Reservations = [] }) => Reservations.flatMap(({ Instances = [] }) => Instances))
    .map((instance: Instance) => ({ lab: labOf(instance), seen: seenInstance(instance) }))
    .filter(({ seen }) => isAlive(seen))
  const there = new Set(alive.map(({ seen }) => seen.id))
  const left: Volume[] = []
  const disks = new Map<string, number>()
  for (const volume of volumes.flatMap(({ Volumes = [] }) => Volumes)) {
    const holder = volume.Attachments?.find(({ InstanceId = '' }) => there.has(InstanceId))?.InstanceId
    if (holder !== undefined) disks.set(holder, (disks.get(holder) ?? 0) + (volume.Size ?? 0))
    else if (stays(volume)) left.push(volume)
  }
  return {
    hosts: alive.map(({ lab, seen }) => billed(region, lab, seen, disks.get(seen.id) ?? 0)),
    disks: left.map(volume => billedDisk(region, volume)),
  }
}

const labOf = ({ Tags }: Instance): string => readTags(Tags)[labTag] ?? ''

/** Whether a disk that no living host holds will be there still: those of hosts that end go with them. */
const stays = ({ State, Attachments = [] }: Volume): boolean =>
  !/^delet/.test(State ?? '') && !Attachments.some(({ DeleteOnTermination }) => DeleteOnTermination)

function billed(region: string, lab: string, seen: SeenInstance, disk: number): BilledHost {
  const { host, state, type, launched, expires, publicAddress } = seen
  // One that is stopped costs its disk alone.
  const runs = estimate(region, [{ type, disk, publicAddress: publicAddress !== undefined }])
  const { hourly, unpriced } = state === 'stopped' ? diskAlone(region, disk) : runs
  return {
    ...{ lab, id: seen.lab ?? 'none', host, state, type },
    ...(launched === undefined ? {} : { since: launched }),
    ...(expires === undefined ? {} : { expires }),
    ...(unpriced.length > 0 ? {} : { usdPerHour: hourly }),
  }
}

function billedDisk(region: string, { VolumeId = '', Size = 0, CreateTime, Tags }: Volume): BilledDisk {
  const tags = readTags(Tags)
  return {
    ...{ lab: tags[labTag] ?? '', id: tags[idTag] ?? 'none', disk: VolumeId, gibibytes: Size },
    ...(CreateTime === undefined ? {} : { since: CreateTime.toISOString() }),
    usdPerHour: diskAlone(region, Size).hourly,
  }
}

const diskAlone = (region: string, disk: number) =>
  estimate(region, [{ type: 'none', disk, publicAddress: false }], { disksAlone: true })
