import { usageError } from '../../engine/errors.ts'
import { sharedTarget } from '../../engine/play/hosts.ts'
import type { Run } from '../../engine/play/run.ts'
import { fileManager } from '../../roles/file-manager/role.ts'
import { type Variant, variantOf } from '../../roles/file-manager/variants.ts'

/** How the lab's file manager stands, by its inventory; undefined where it has none. */
export const variantIn = (run: Run): Variant | undefined =>
  variantOf(run.view(sharedTarget).varsOf(fileManager).variant)

/** Throws this usage error where the lab has no file manager whose files outlive its servers. */
export function needShared(run: Run, refusal: { readonly code: string; readonly message: string }): void {
  if (variantIn(run)?.shared) return
  throw usageError({
    ...refusal,
    place: run.lab.file,
    next: 'Let the inventory say vars: { file-manager: { variant: advanced2 } }, then run up.',
  })
}
