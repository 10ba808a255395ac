import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Run } from './run.ts'
import type { Step } from './step.ts'

/**
 * Removes the lab's folder: keys, certificates and passwords of hosts that are gone. Not under `--limit`, and not while
 * the provider still finds a host. The lock stays, for it is ours until the run ends.
 */
export function forgetLab(): Step {
  return {
    title: 'Forget the lab',
    roles: [],
    groups: [],
    async perform(run: Run): Promise<void> {
      const remain = [...run.found].filter(([, found]) => found.is !== 'absent').map(([host]) => host)
      if (run.options.check || run.limited || remain.length > 0) return
      const kept = await keptOf(run)
      await Promise.all(kept.map(entry => rm(join(run.stateFolder, entry), { recursive: true, force: true })))
    },
  }
}

/** What this machine keeps of a lab: its folder's entries, without the lock. None where there is no lab. */
export async function keptOf({ stateFolder }: Pick<Run, 'stateFolder'>): Promise<readonly string[]> {
  const entries = await readdir(stateFolder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return entries.filter(entry => !entry.startsWith('lock'))
}
