import { readFile } from 'node:fs/promises'
import { fieldsFromState } from './stat-line.ts'

/** What tells a process from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number
  /** Clock ticks after boot, field 22 of /proc/PID/stat; empty where there is no /proc. */
  readonly startTime: string
  /** /proc/sys/kernel/random/boot_id; empty where there is no /proc. */
  readonly bootId: string
}

/** The living process with this number; undefined when there is none (a zombie is none). */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  if (process.platform !== 'linux') return answersSignals(pid) ? { pid, startTime: '', bootId: '' } : undefined
  try {
    const [stat, bootId] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ])
    const [state, ...fields] = fieldsFromState(stat)
    if (state === 'Z' || state === 'X') return undefined
    return { pid, startTime: fields[18] ?? '', bootId: bootId.trim() }
  } catch {
    return undefined
  }
}

function answersSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

export async function ownIdentity(): Promise<ProcessIdentity> {
  const own = await identify(process.pid)
  if (!own) throw new Error('this process cannot be found in /proc')
  return own
}

/** Whether that very process still runs: not one that was given its number later, or after a reboot. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const now = await identify(identity.pid)
  return now !== undefined && now.startTime === identity.startTime && now.bootId === identity.bootId
}
