import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isAlive } from '../../engine/process/identity.ts'
import { labLayout } from '../../engine/provider/lab/layout.ts'
import { recordedProcess } from '../../engine/provider/local/host-process.ts'
import { leftOfLab } from './machine-state.ts'
import { holds } from './proof.ts'

/** Everything of a lab that is on this machine: processes, links, rules, namespaces, files. */
export async function leftovers(lab: string, stateHome: string): Promise<string[]> {
  const files = await readdir(join(stateHome, 'andamio', lab), { recursive: true }).catch(() => [])
  return [...(await leftOfLab(lab)), ...files.map(file => `file ${file}`)]
}

const goneSeconds = 20

/** Ends a host as a power cut would; when it is gone, for a dying one still looks like one that runs. */
export async function killHost(stateHome: string, lab: string, host: string): Promise<void> {
  const identity = await recordedProcess(labLayout(join(stateHome, 'andamio', lab)).host(host))
  holds(identity !== undefined && (await isAlive(identity)), `${host} runs before it is killed`)
  process.kill(-identity.pid, 'SIGKILL')
  const end = Date.now() + goneSeconds * 1000
  while (await isAlive(identity)) {
    holds(Date.now() < end, `${host} is gone ${goneSeconds} s after it was killed`)
    await pause(20)
  }
}
