import type { OptionsFor } from '../../engine/play/options-for.ts'

/** A playbook, in what it says of itself and what it may do. */
export interface About extends OptionsFor {
  /** Only looks: takes no lock, and never has a check mode to leave. */
  readonly readOnly?: boolean
  /** The flag of its own with which it does more than look, and takes the lock then. */
  readonly actsWith?: string
  /**
   * Always in check mode. With `drift` it tells what it finds as what differs, also what nobody can tell; with `findings`
   * checks, and what fails, alone.
   */
  readonly tells?: 'drift' | 'findings'
  /** How long a host is tried that refuses or is silent; 30 by default. One that is silent takes the 10 s of one try. */
  readonly patienceSeconds?: number
  /** Leaves the terminal to what it runs; only a failure is told. */
  readonly quiet?: boolean
}
