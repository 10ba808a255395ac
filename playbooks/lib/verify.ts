import { checks } from '../../engine/play/checks.ts'
import { askName } from '../../engine/play/confirm.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { fileManager } from '../../roles/file-manager/role.ts'
import { fileManagerChecks } from '../checks/file-manager/index.ts'
import { Visit } from '../checks/file-manager/visit.ts'
import { acceptance, byNumber } from './acceptance.ts'
import { confirmServersEnd, variantIn } from './variant.ts'

const title = 'Verify the lab'

/** The lab's acceptance checks; with `disturb` also those that delete, stop and restart what users rely on. */
export function verifyLab({ disturb }: { readonly disturb: boolean }): Step {
  return {
    title,
    roles: [fileManager],
    groups: [],
    async perform(run: Run): Promise<void> {
      const variant = variantIn(run)
      if (!variant) return checks(title, acceptance).perform(run)
      const visit = await Visit.open(run, variant)
      try {
        await checks(title, byNumber([...acceptance, ...fileManagerChecks(visit, disturb)])).perform(run)
      } finally {
        await visit.close()
      }
    },
  }
}

/** Asks before a lab is disturbed. Throws a usage error where it has nothing for that, and where the answer is no. */
export const confirmDisturbing = (): Step =>
  confirmServersEnd({
    title: 'Ask before the lab is disturbed',
    refusal: 'nothing-to-disturb',
    lacks: lab => `--disturb is for a file manager whose files outlive its servers, which ${lab} does not have`,
    agree: run =>
      askName(
        run,
        'This deletes servers of the file manager, stops a worker, and restarts all workers: pods on them end.',
        'nothing was disturbed',
      ),
  })
