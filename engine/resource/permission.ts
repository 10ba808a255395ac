import { AndamioError, exitCode } from '../errors.ts'
import type { Failure } from '../report/events.ts'

/** What an order to a host carries, so that the host itself can refuse it once it should not be followed any more. */
export interface Permit {
  /** Rises with every holder of the lease; a host that has seen a higher one follows this one no more. */
  readonly token: number
  /** Seconds of this machine's uptime, by which the order must have begun; the writer makes it the host's. */
  readonly until: number
}

/** Whether this run may act. Asked before every single write, of hosts and of APIs alike. */
export interface Permission {
  /** Undefined where no lease can be had yet. Throws `LeaseRefused` when another run holds it, or has had it since. */
  permit(): Promise<Permit | undefined>
  /** Asks the lease's host anew, whatever was known. Throws as `permit` does. */
  verify(): Promise<void>
}

/** This run may not act any more, on no host: it ends with this error alone. */
export class LeaseRefused extends AndamioError {
  constructor(failure: Failure, exit: typeof exitCode.locked | typeof exitCode.unreachable = exitCode.locked) {
    super(failure, exit)
  }
}
