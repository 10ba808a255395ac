import { usageError } from '../../engine/errors.ts'
import { checks } from '../../engine/play/checks.ts'
import { ask } from '../../engine/play/confirm.ts'
import { sharedTarget } from '../../engine/play/hosts.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { fileManager } from '../../roles/file-manager/role.ts'
import { type Variant, variantOf } from '../../roles/file-manager/variants.ts'
import { fileManagerChecks } from '../checks/file-manager/index.ts'
import { Visit } from '../checks/file-manager/visit.ts'
import { acceptance } from './acceptance.ts'

const title = 'Verify the lab'

/** How the lab's file manager stands, by its inventory; undefined where it has none. */
export const variantIn = (run: Run): Variant | undefined =>
  variantOf(run.view(sharedTarget).varsOf(fileManager).variant)

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
        await checks(title, [...acceptance, ...fileManagerChecks(visit, disturb)]).perform(run)
      } finally {
        await visit.close()
      }
    },
  }
}

/** Asks before a lab is disturbed. Throws a usage error where it has nothing for that, and where the answer is no. */
export function confirmDisturbing(): Step {
  return {
    title: 'Ask before the lab is disturbed',
    roles: [],
    groups: [],
    async perform(run: Run): Promise<void> {
      if (!variantIn(run)?.shared) {
        throw usageError({
          code: 'nothing-to-disturb',
          message: `--disturb is for a file manager whose files outlive its servers, which ${run.lab.name} does not have`,
          place: run.lab.file,
          next: 'Verify it without that flag, or let the inventory say: vars: { file-manager: { variant: advanced2 } }.',
        })
      }
      if (run.options.yes) return
      const { name } = run.lab
      const what =
        'This deletes servers of the file manager, stops a worker, and restarts all workers: pods on them end.'
      const answer = await ask(`${what}\nType the lab's name, ${name}, to go on: `, run.signal)
      if (answer.trim() === name) return
      throw usageError({
        code: 'not-confirmed',
        message: `The lab's name is ${name}; nothing was disturbed`,
        next: 'Run again and type it, or give --yes.',
      })
    },
  }
}
