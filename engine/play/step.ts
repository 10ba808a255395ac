import type { Role } from './role.ts'
import type { Run } from './run.ts'

/** One entry of a playbook. */
export interface Step {
  readonly title: string
  /** Roles that it may play, so that unknown variables are refused before anything connects. */
  readonly roles: readonly Role[]
  /** Groups that it names, refused likewise where the inventory has none of that name. */
  readonly groups: readonly string[]
  perform(run: Run): Promise<void>
}
