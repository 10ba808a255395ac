import type { ExitStatus, Flag, SharedFlag } from './option-list.mjs'

/** What a playbook says of itself: its arguments are read by it, and its `--help` is made of it. */
export interface OptionsFor {
  /** One sentence: what the playbook does. */
  readonly summary: string
  /** The shared flags that mean something here; all of them by default. */
  readonly uses?: readonly SharedFlag[]
  /** Flags of this playbook alone. */
  readonly extraOptions?: readonly Flag[]
  /** Positional arguments, in order; without these, any is refused. */
  readonly args?: readonly { readonly name: string; readonly help: string; readonly required?: boolean }[]
  /** Words after all of these, which are somebody else's; after `--` they may look like flags. */
  readonly rest?: { readonly name: string; readonly help: string }
  /** Lines below `Examples:`, without the program's name: `--check  what would change`. Without any, its name alone. */
  readonly examples?: readonly string[]
  /** How it can end; every way by default. */
  readonly exits?: readonly ExitStatus[]
}
