import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { identify } from '../engine/process/identity.ts'
import { fieldsFromState, ticksPerSecond } from '../engine/process/stat-line.ts'
import { labLayout } from '../engine/provider/lab/layout.ts'
import { recordedProcess } from '../engine/provider/local/host-process.ts'

/**
 * Processor seconds that a lab's local hosts have used since their boot, with all that has ended in them. Unlike the
 * clock's, they hardly depend on what else the machine does.
 */
export async function guestCpuSeconds(stateFolder: string, hosts: readonly string[]): Promise<number> {
  const layout = labLayout(stateFolder)
  const sessions = new Set<number>()
  for (const host of hosts) {
    const recorded = await recordedProcess(layout.host(host))
    const now = recorded && (await identify(recorded.pid))
    if (now?.startTime !== recorded?.startTime || !now)
      throw new Error(`${host} does not run, so nothing counts its time`)
    sessions.add(now.pid)
  }
  const processes = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const ticks = await Promise.all(processes.map(pid => ticksOf(pid, sessions)))
  return ticks.reduce((sum, one) => sum + one, 0) / ticksPerSecond
}

/** Of a process of one of these sessions, with its ended children; 0 of any other, and of one that has just gone. */
async function ticksOf(pid: string, sessions: ReadonlySet<number>): Promise<number> {
  const stat = await readFile(join('/proc', pid, 'stat'), 'utf8').catch(() => '')
  const [, , , session, ...rest] = fieldsFromState(stat)
  if (!sessions.has(Number(session))) return 0
  // Fields 14 to 17 of the line: utime, stime, cutime, cstime. `rest` begins with field 7.
  return rest.slice(7, 11).reduce((sum, field) => sum + Number(field), 0)
}
