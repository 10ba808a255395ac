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
      const entries = await readdir(run.stateFolder).catch(() => [])
      const ours = entries.filter(entry => !entry.startsWith('lock'))
      await Promise.all(ours.map(entry => rm(join(run.stateFolder, entry), { recursive: true, force: true })))
    },
  }
}
