import { exitCode } from '../errors.ts'
import type { Run } from './run.ts'
import type { Step } from './step.ts'
import { failureOf, RunStopped } from './stop.ts'

/** One acceptance check: it looks at the running lab from outside and says what it saw. */
export interface Check {
  /** Stable, e.g. `S1-A1`. */
  readonly id: string
  readonly title: string
  /** Throws when it does not pass, with what it saw as the message. Gives what it saw when it does. */
  look(run: Run): Promise<string>
}

/** Looks at all of them, in order, whatever the outcome of each; the run fails when any did not pass. */
export function checks(title: string, list: readonly Check[]): Step {
  return {
    title,
    roles: [],
    groups: [],
    async perform(run: Run): Promise<void> {
      const began = performance.now()
      run.emit({ type: 'play.start', play: title, hosts: [] })
      let failed = 0
      for (const check of list) {
        if (run.signal.aborted) throw new RunStopped(exitCode.interrupted)
        const { passed, saw } = await look(check, run)
        if (!passed) failed++
        run.emit({ type: 'check.end', id: check.id, title: check.title, passed, saw })
      }
      run.emit({ type: 'play.end', play: title, seconds: (performance.now() - began) / 1000 })
      if (failed > 0) throw new RunStopped(exitCode.failed)
    },
  }
}

async function look(check: Check, run: Run): Promise<{ passed: boolean; saw: string }> {
  try {
    return { passed: true, saw: await check.look(run) }
  } catch (error) {
    if (error instanceof CheckFailed) return { passed: false, saw: error.message }
    const { message, cause } = failureOf(error)
    return { passed: false, saw: cause ? `${message}: ${cause}` : message }
  }
}

class CheckFailed extends Error {}

/** For the body of a check: what was seen when the condition does not hold. */
export function expect(condition: boolean, saw: string): asserts condition {
  if (!condition) throw new CheckFailed(saw)
}
