import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive } from '../../engine/process/identity.ts'
import { recordedProcess } from '../../engine/provider/local/host-process.ts'
import { labLayout } from '../../engine/provider/local/layout.ts'
import { leftOfLab } from './machine-state.ts'
import { holds } from './proof.ts'

/** Everything of a lab that is on this machine: processes, links, rules, namespaces, files. */
export async function leftovers(lab: string, stateHome: string): Promise<string[]> {
  const files = await readdir(join(stateHome, 'andamio', lab), { recursive: true }).catch(() => [])
  return [...(await leftOfLab(lab)), ...files.map(file => `file ${file}`)]
}

/** Ends a host as a power cut would. */
export async function killHost(stateHome: string, lab: string, host: string): Promise<void> {
  const identity = await recordedProcess(labLayout(join(stateHome, 'andamio', lab)).host(host))
  holds(identity !== undefined && (await isAlive(identity)), `${host} runs before it is killed`)
  process.kill(-identity.pid, 'SIGKILL')
}
