import { access } from 'node:fs/promises'
import { labEndpoint } from '../lab/endpoint.ts'
import type { LabLayout } from '../lab/layout.ts'
import { readRecord } from '../lab/network-record.ts'
import type { Found } from '../provider.ts'
import { hostRuns } from './host-process.ts'
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
        endpoint: labEndpoint(name, layout, address, { user: loginUser, identityFiles: [lab.loginKey] }),
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
