import { access } from 'node:fs/promises'
import type { Found } from '../provider.ts'
import { hostRuns } from './host-process.ts'
import type { LabLayout } from './layout.ts'
import { readRecord } from './network-record.ts'
import { loginUser } from './seed.ts'

/** How a host stands, by a few small files: no root, no program, nothing installed. */
export async function findHost(name: string, lab: LabLayout): Promise<Found> {
  const layout = lab.host(name)
  try {
    const address = readRecord(lab.network)?.addresses[name]
    if (address && (await hostRuns(layout))) {
      return {
        is: 'running',
        address,
        endpoint: {
          address,
          port: 22,
          user: loginUser,
          identityFiles: [lab.loginKey],
          agent: false,
          knownHostsFile: layout.knownHosts,
          hostKeyAlias: name,
          jump: [],
        },
      }
    }
    return { is: (await exists(layout.disk)) ? 'stopped' : 'absent', ...(address ? { address } : {}) }
  } catch (error) {
    return { is: 'unknown', why: (error as Error).message }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
