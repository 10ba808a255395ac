import { readFile, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Failure } from '../../report/events.ts'
import { gigabytes, inBytes } from '../lab/sizes.ts'
import { memoryFolder } from './host-process.ts'

/** Free bytes of what hosts take. */
export interface Room {
  /** Where the files lie that are the hosts' memory. */
  readonly memoryFile: number
  readonly memory: number
  readonly disk: number
}

export interface Lack {
  readonly what: string
  readonly has: number
  readonly needs: number
}

/** A host takes what it uses, not what it is given: of a cluster's hosts, half. A full memory file kills the host. */
const usedShare = 0.55
/** Of its disk a fresh cluster node writes about this much. */
const diskPerHost = 2.5e9

/** What must be free for hosts of these sizes, all in bytes. */
export const neededFor = (hosts: readonly number[]): { readonly memory: number; readonly disk: number } => ({
  memory: hosts.reduce((sum, bytes) => sum + bytes, 0) * usedShare,
  disk: hosts.length * diskPerHost,
})

/** What is lacking to run hosts of these sizes in bytes; nothing when they fit. */
export function shortOf(hosts: readonly number[], { memoryFile, memory, disk }: Room): Lack[] {
  const needed = neededFor(hosts)
  const wants: Lack[] = [
    { what: 'room for memory files', has: memoryFile, needs: needed.memory },
    { what: 'memory', has: memory, needs: needed.memory },
    { what: 'disk', has: disk, needs: needed.disk },
  ]
  return wants.filter(({ has, needs }) => has < needs)
}

/** `no-room` where this machine cannot take hosts of these sizes. Reads only. */
export async function lackOfRoom(
  hosts: readonly { readonly memory: string }[],
  stateFolder: string,
): Promise<Failure | undefined> {
  // Elsewhere than on Linux they cannot be at all, which is said of its own.
  if (hosts.length === 0 || process.platform !== 'linux') return undefined
  const lacking = shortOf(
    hosts.map(({ memory }) => inBytes(memory)),
    {
      memoryFile: await freeBytes(memoryFolder),
      memory: await availableMemory(),
      disk: await freeBytes(stateFolder),
    },
  )
  return lacking.length > 0 ? noRoom(lacking, stateFolder) : undefined
}

/** Of the file system that will hold the path, which need not be there yet. */
async function freeBytes(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || path === dirname(path)) throw error
    return freeBytes(dirname(path))
  }
}

async function availableMemory(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8')
  return Number(text.match(/^MemAvailable:\s+(\d+) kB$/m)?.[1] ?? 0) * 1024
}

const noRoom = (lacking: readonly Lack[], stateFolder: string): Failure => ({
  code: 'no-room',
  message: "This machine has no room for the lab's hosts",
  place: `this machine: ${memoryFolder} and ${stateFolder}`,
  cause: lacking
    .map(({ what, has, needs }) => `${what}: ${gigabytes(has)} free, ${gigabytes(needs)} needed`)
    .join('; '),
  next: `Give the hosts less memory in the inventory, or free some. ${memoryFolder} grows by: mount -o remount,size=100% ${memoryFolder}`,
})
