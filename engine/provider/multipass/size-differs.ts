import { gigabytes, inBytes } from '../lab/sizes.ts'
import type { MultipassClient } from './client.ts'

export interface SizeWish {
  readonly host: string
  readonly instance: string
  readonly memory: string
  readonly cpus: number
  readonly disk: string
  /** The command that starts it again. */
  readonly up: string
}

/** An instance sees less than it was given: its kernel and its file system keep some of it. */
const seen = { least: 0.8, most: 1.02 }

/** What of its size in the inventory an instance does not have, and how it comes to it: a sentence each. */
export async function sizeDiffers(client: MultipassClient, wishes: readonly SizeWish[]): Promise<readonly string[]> {
  const listed = wishes.length === 0 ? new Map() : await client.list()
  const there = wishes.filter(({ instance }) => listed.get(instance)?.state === 'running')
  const sizes = await client.sizes(there.map(({ instance }) => instance))
  return there.flatMap(({ host, instance, memory, cpus, disk, up }) => {
    const size = sizes.get(instance)
    const differs = [
      ...(size?.cpus !== undefined && size.cpus !== cpus ? [`cpus: ${size.cpus}, not ${cpus}`] : []),
      ...unlike('memory', size?.memory, memory),
      ...unlike('disk', size?.disk, disk),
    ]
    if (differs.length === 0) return []
    return [
      `${host} stays as it was made (${differs.join('; ')}). To change it: multipass stop ${instance}, ` +
        `multipass set local.${instance}.memory=${memory} (likewise cpus, and a larger disk), then ${up}`,
    ]
  })
}

function unlike(what: string, has: number | undefined, given: string): string[] {
  if (has === undefined) return []
  const share = has / inBytes(given)
  return share >= seen.least && share <= seen.most ? [] : [`${what}: ${gigabytes(has)}, not ${given}`]
}
