import { readdirSync, readFileSync } from 'node:fs'
import { fieldsFromState, ticksPerSecond } from '../engine/process/stat-line.ts'

/** Fields of a process's `stat`, from its state on. Undefined for one that has just gone. */
function statOf(pid: number | string): readonly number[] | undefined {
  try {
    return fieldsFromState(readFileSync(`/proc/${pid}/stat`, 'utf8')).map(Number)
  } catch {
    return undefined
  }
}

/**
 * Processor seconds that these processes have used, in themselves and for the system, with all that they have started and
 * that has ended. Unlike the clock's, they hardly depend on what else the machine does. Of this process, only those of
 * what it has started.
 */
export function processorSeconds(pids: ReadonlySet<number>): number {
  const ticks = [...pids].map(pid => {
    // utime, stime, cutime, cstime
    const spent = statOf(pid)?.slice(11, 15) ?? []
    return spent.slice(pid === process.pid ? 2 : 0).reduce((sum, each) => sum + each, 0)
  })
  return ticks.reduce((sum, each) => sum + each, 0) / ticksPerSecond
}

/** Processor seconds that this whole machine has used since its boot, guests included. */
export function machineSeconds(): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] =
    readFileSync('/proc/stat', 'utf8')
      .match(/^cpu +(.*)$/m)?.[1]
      ?.split(' ')
      .map(Number) ?? []
  return (user + nice + system + irq + softirq) / ticksPerSecond
}

/** Settles when a process has no children any more: then their time is counted as its own. */
export async function withoutChildren(pid: number): Promise<void> {
  const limit = performance.now() + 10_000
  const isChild = (name: string): boolean => /^\d+$/.test(name) && statOf(name)?.[1] === pid
  while (readdirSync('/proc').some(isChild)) {
    if (performance.now() > limit) throw new Error(`process ${pid} still has children`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}
