import type { OptionsFor } from '../../engine/play/options-for.ts'

/** A playbook, in what it says of itself and what it may do. */
export interface About extends OptionsFor {
  /** Only looks: takes no lock, and never has a check mode to leave. */
  readonly readOnly?: boolean
  /** Leaves the terminal to what it runs; only a failure is told. */
  readonly quiet?: boolean
}
