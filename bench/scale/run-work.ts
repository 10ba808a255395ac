import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { fieldsFromState, ticksPerSecond } from '../../engine/process/stat-line.ts'
import type { Event, RunEnd } from '../../engine/report/events.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))

export interface WorkRun {
  /** From the process's start to its end. */
  readonly seconds: number
  /** Of its process. */
  readonly cpuSeconds: number
  readonly mostDescriptors: number
  readonly end: RunEnd
}

/** Runs a playbook on hosts that are in order. Throws where a host is not reached, or anything is changed. */
export async function runWork(
  inventory: string,
  { home, playbook }: { home: string; playbook: string },
): Promise<WorkRun> {
  const began = performance.now()
  const child = spawn(process.execPath, [playbook, '--json', '--inventory', inventory], {
    cwd: project,
    env: { ...process.env, HOME: home, XDG_STATE_HOME: join(home, 'state') },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 10 * 60_000,
  })
  let [end, said, mostDescriptors, cpuSeconds] = [undefined as RunEnd | undefined, '', 0, 0]
  createInterface({ input: child.stdout }).on('line', line => {
    const event = JSON.parse(line) as Event
    if (event.type === 'run.end') end = event
  })
  child.stderr.on('data', chunk => {
    said = `${said}${chunk}`.slice(-4000)
  })
  const looking = setInterval(async () => {
    const open = await readdir(`/proc/${child.pid}/fd`).catch(() => [])
    mostDescriptors = Math.max(mostDescriptors, open.length)
    cpuSeconds = Math.max(cpuSeconds, await processorsOf(child.pid))
  }, 100)
  const [status] = (await once(child, 'close')) as [number | null]
  clearInterval(looking)
  const counts = Object.values(end?.hosts ?? {})
  const wrong = counts.filter(({ changed, failed, unreachable }) => changed + failed + unreachable > 0)
  if (status !== 0 || !end || wrong.length > 0)
    throw new Error(`exit ${status}, ${wrong.length} of ${counts.length} hosts not in order:\n${said}`)
  return { seconds: (performance.now() - began) / 1000, cpuSeconds, mostDescriptors, end }
}

/** Seconds of user and system time of a process; 0 of one that has gone. */
async function processorsOf(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const [user = 0, system = 0] = fieldsFromState(stat).slice(11, 13).map(Number)
  return (user + system) / ticksPerSecond
}
