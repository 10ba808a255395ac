import { type Check, expect } from '../../../engine/play/checks.ts'
import type { Run } from '../../../engine/play/run.ts'
import { Problem } from '../../../images/file-manager/client/problem.ts'
import { FileManagerError } from '../../../images/file-manager/protocol/errors.ts'
import { balanced } from './balance.ts'
import { brokerLog } from './broker-log.ts'
import { clientChecks } from './clients.ts'
import { deployments, placement } from './deployed.ts'
import { imagesThere } from './images.ts'
import { downloaded, onStorageHost, seenAgain } from './kept.ts'
import { allRestarted, workerLost } from './lost.ts'
import { replacement } from './replaced.ts'
import { scaled } from './scaled.ts'
import { services } from './services.ts'
import type { Visit } from './visit.ts'
import { mounted, volume } from './volume.ts'

/**
 * The acceptance checks of a file manager, in the order in which they build on each other. Those of the shared storage
 * are for the variant that has it; `disturb` adds those that delete, stop and restart what users rely on.
 */
export function fileManagerChecks(visit: Visit, disturb: boolean): readonly Check[] {
  const { shared = false } = visit.variant
  const only = (when: boolean, ...checks: readonly Check[]): readonly Check[] => (when ? checks : [])
  const list = [
    imagesThere(visit),
    deployments(visit),
    placement(visit),
    services(visit),
    ...only(shared, volume(visit)),
    brokerLog(visit),
    ...only(shared, mounted(visit)),
    ...clientChecks(visit),
    ...only(shared, onStorageHost(visit)),
    seenAgain(visit),
    downloaded(visit),
    balanced(visit),
    ...only(shared && disturb, ...replacement(visit), workerLost(visit), allRestarted(visit), scaled(visit)),
  ]
  return list.map(check => ({ ...check, look: run => seen(run, check) }))
}

/** What the file manager's own programs throw is an outcome of the check, and no bug of ours. */
async function seen(run: Run, check: Check): Promise<string> {
  try {
    return await check.look(run)
  } catch (error) {
    expect(!run.signal.aborted, 'interrupted')
    expect(!(error instanceof FileManagerError || error instanceof Problem), (error as Error).message)
    throw error
  }
}
