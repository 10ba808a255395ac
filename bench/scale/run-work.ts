import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Event, RunEnd } from '../../engine/report/events.ts'
import { processorSeconds } from '../processor.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))

export interface WorkRun {
  /** From the process's start to its end. */
  readonly seconds: number
  /** Of its process, and of what it has started. */
  readonly cpuSeconds: number
  readonly mostDescriptors: number
  readonly end: RunEnd
}

/** Runs a playbook on hosts that are in order. Throws where a host is not reached, or anything is changed. */
export async function runWork(
  inventory: string,
  { home, playbook }: { home: string; playbook: string },
): Promise<WorkRun> {
  const ended = new Set([process.pid])
  const [began, before] = [performance.now(), processorSeconds(ended)]
  const child = spawn(process.execPath, [playbook, '--json', '--inventory', inventory], {
    cwd: project,
    env: { ...process.env, HOME: home, XDG_STATE_HOME: join(home, 'state') },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 10 * 60_000,
  })
  let [end, said, mostDescriptors] = [undefined as RunEnd | undefined, '', 0]
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
  }, 100)
  const [status] = (await once(child, 'close')) as [number | null]
  const seconds = (performance.now() - began) / 1000
  const cpuSeconds = processorSeconds(ended) - before
  clearInterval(looking)
  const counts = Object.values(end?.hosts ?? {})
  const wrong = counts.filter(({ changed, failed, unreachable }) => changed + failed + unreachable > 0)
  if (status !== 0 || !end || wrong.length > 0)
    throw new Error(`exit ${status}, ${wrong.length} of ${counts.length} hosts not in order:\n${said}`)
  return { seconds, cpuSeconds, mostDescriptors, end }
}
