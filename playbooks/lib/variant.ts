import { usageError } from '../../engine/errors.ts'
import { sharedTarget } from '../../engine/play/hosts.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { fileManager } from '../../roles/file-manager/role.ts'
import { type Variant, variantOf } from '../../roles/file-manager/variants.ts'

/** How the lab's file manager stands, by its inventory; undefined where it has none. */
export const variantIn = (run: Run): Variant | undefined =>
  variantOf(run.view(sharedTarget).varsOf(fileManager).variant)

interface Consent {
  readonly title: string
  /** The code of the usage error where the lab has no file manager whose files outlive its servers. */
  readonly refusal: string
  /** What is missing, of the lab of this name. */
  readonly lacks: (lab: string) => string
  /** Throws where the answer is no. */
  readonly agree: (run: Run) => Promise<void>
}

/** Asks before the file manager's servers are ended, and refuses where files would end with them. */
export const confirmServersEnd = ({ title, refusal, lacks, agree }: Consent): Step => ({
  title,
  roles: [],
  groups: [],
  asks: true,
  async perform(run: Run): Promise<void> {
    if (variantIn(run)?.shared) return agree(run)
    throw usageError({
      code: refusal,
      message: lacks(run.lab.name),
      place: run.lab.file,
      next: 'Let the inventory say vars: { file-manager: { variant: advanced2 } }, then run up.',
    })
  },
})
