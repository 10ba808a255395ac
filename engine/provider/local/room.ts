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

/** What is lacking to run hosts of these sizes in bytes; nothing when they fit. */
export function shortOf(hosts: readonly number[], { memoryFile, memory, disk }: Room): Lack[] {
  const used = hosts.reduce((sum, bytes) => sum + bytes, 0) * usedShare
  const wants: Lack[] = [
    { what: 'room for memory files', has: memoryFile, needs: used },
    { what: 'memory', has: memory, needs: used },
    { what: 'disk', has: disk, needs: hosts.length * diskPerHost },
  ]
  return wants.filter(({ has, needs }) => has < needs)
}

/** `512M`, `3G`; the inventory has checked the form. */
export function inBytes(size: string): number {
  return Number.parseInt(size, 10) * (size.endsWith('G') ? 2 ** 30 : 2 ** 20)
}

export const gigabytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`
