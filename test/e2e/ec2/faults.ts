import type { Clock } from '../../../engine/provider/ec2/clock.ts'
import type { Machines } from './machines.ts'

/** What goes wrong, as AWS has it go wrong and moto has not. Asked for each call. */
export interface Faults {
  readonly clock: Clock
  /** Whether this call is refused because there were too many. */
  throttled?(action: string): boolean
  /** Seconds until something that is made now is shown. */
  hiddenSeconds?(): number
  /** Whether there is no room for such an instance. */
  noRoom?(type: string, zone: string): boolean
  /** What boots instances for real. */
  readonly machines?: Machines
  /** Told when something may have changed, before it is answered. */
  changed?(): Promise<void>
  /** Seconds that an instance takes to run, to stop, to end. */
  readonly moveSeconds?: number
  /** Refuses a call by another code of EC2. */
  refuses?(action: string, dryRun: boolean): { readonly code: string; readonly message: string } | undefined
}

/** Time in which five minutes are over at once; whoever sleeps moves it on. */
export class VirtualClock implements Clock {
  #now = Date.parse('2026-11-21T12:00:00Z')

  now(): number {
    return this.#now
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    const then = this.#now + milliseconds
    // What is under way beside goes on first.
    await new Promise<void>(resolve => {
      setImmediate(resolve)
    })
    signal?.throwIfAborted()
    this.#now = Math.max(this.#now, then)
  }
}
