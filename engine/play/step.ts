import type { Role } from './role.ts'
import type { Run } from './run.ts'

/** Whom a step plays on, and a group whose first host must be there for that. */
export interface Need {
  readonly on: { readonly group: string } | OnApi
  readonly group: string
}

/** An API, and the group whose first host it runs on; without one it is always there. */
export interface OnApi {
  readonly api: string
  readonly group?: string
}

/** One entry of a playbook. */
export interface Step {
  readonly title: string
  /** Roles that it may play, so that unknown variables are refused before anything connects. */
  readonly roles: readonly Role[]
  /** Groups that it names, refused likewise where the inventory has none of that name. */
  readonly groups: readonly string[]
  /** Whose hosts must be there for it, also where `--limit` leaves them out. */
  readonly needs?: readonly Need[]
  /** What it plays, by the titles of the headings; such as may find nothing to do are among them. */
  readonly plays?: readonly string[]
  /** It only asks somebody, and needs no host for that: nobody else is kept away from the lab until the answer is there. */
  readonly asks?: true
  /** It asks nobody anything: performed before the provider is asked how hosts stand, which may fail. */
  readonly offline?: true
  /** It is about every lab where this one's hosts are, whoever made it: also where the name is another's. */
  readonly anyLab?: true
  perform(run: Run): Promise<void>
}
