import { readFile, stat } from 'node:fs/promises'
import type { HostLayout } from '../lab/layout.ts'
import { gigabytes, inBytes } from '../lab/sizes.ts'
import { hostRuns, recordedProcess } from './host-process.ts'

export interface SizeWish {
  readonly name: string
  readonly memory: string
  readonly cpus: number
  readonly disk?: string | undefined
  /** The commands that start it anew, and that make it anew, for people. */
  readonly restart: string
  readonly anew: string
}

/**
 * What of its size in the inventory a host does not have, and how it comes to it: a sentence each. Memory and processors
 * are those that its kernel was started with; a stopped host takes others as it is started. A disk keeps its size.
 */
export async function sizeDiffers(wish: SizeWish, layout: HostLayout): Promise<readonly string[]> {
  return [...(await asStarted(wish, layout)), ...(await asMade(wish, layout))]
}

async function asStarted({ name, memory, cpus, restart }: SizeWish, layout: HostLayout): Promise<readonly string[]> {
  const recorded = await recordedProcess(layout)
  if (recorded === undefined || !(await hostRuns(layout))) return []
  const words = (await readFile(`/proc/${recorded.pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
  const given = (key: string) => words.find(word => word.startsWith(`${key}=`))?.slice(key.length + 1)
  const [hasMemory, hasCpus] = [given('mem'), given('ncpus')]
  if (hasMemory === undefined || hasCpus === undefined) return []
  if (inBytes(hasMemory) === inBytes(memory) && Number(hasCpus) === cpus) return []
  const has = `memory: ${hasMemory}, cpus: ${hasCpus}`
  return [
    `${name} was started with ${has}; the inventory's memory: ${memory}, cpus: ${cpus} come with its next start. ` +
      `To have them now: ${restart}`,
  ]
}

async function asMade({ name, disk, anew }: SizeWish, layout: HostLayout): Promise<readonly string[]> {
  const made = await stat(layout.disk).catch(() => undefined)
  if (disk === undefined || made === undefined || made.size === inBytes(disk)) return []
  return [
    `${name} has a disk of ${gigabytes(made.size)}, which stays as it was made; the inventory's is ${disk}. ` +
      `To make the host anew, with nothing on it: ${anew}`,
  ]
}
