import type { Check } from '../../../engine/play/checks.ts'
import { balanced } from './balance.ts'
import { brokerLog } from './broker-log.ts'
import { clientChecks } from './clients.ts'
import { deployments, placement } from './deployed.ts'
import { imagesThere } from './images.ts'
import { downloaded, onStorageHost, seenAgain } from './kept.ts'
import { allRestarted, workerLost } from './lost.ts'
import { withOutcome } from './outcome.ts'
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
  return list.map(withOutcome)
}
