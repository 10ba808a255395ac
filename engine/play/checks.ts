import { exitCode } from '../errors.ts'
import type { CheckEnd } from '../report/events.ts'
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
    plays: [title],
    async perform(run: Run): Promise<void> {
      const began = performance.now()
      run.emit({ type: 'play.start', play: title, hosts: [] })
      const failed = await lookAt(run, list)
      run.emit({ type: 'play.end', play: title, seconds: (performance.now() - began) / 1000 })
      if (failed > 0) throw new RunStopped(exitCode.failed)
    },
  }
}

/** Looks at each, in order, and tells what it saw. Gives how many did not pass. */
export async function lookAt(run: Run, list: readonly Check[]): Promise<number> {
  let failed = 0
  for (const check of list) {
    if (run.signal.aborted) throw new RunStopped(exitCode.interrupted)
    run.emit({ type: 'check.start', id: check.id, title: check.title })
    const seen = await look(check, run)
    // Cut short, it says nothing of the lab.
    if (!seen.passed && run.signal.aborted) throw new RunStopped(exitCode.interrupted)
    if (!seen.passed) failed++
    run.emit({ type: 'check.end', id: check.id, title: check.title, ...seen })
  }
  return failed
}

type Seen = Pick<CheckEnd, 'passed' | 'saw' | 'next'>

async function look(check: Check, run: Run): Promise<Seen> {
  try {
    return { passed: true, saw: await check.look(run) }
  } catch (error) {
    if (error instanceof CheckFailed) return notPassed(error.message, error.next)
    const { message, cause, next } = failureOf(error)
    return notPassed(cause ? `${message.replace(/\.$/, '')}: ${cause}` : message, next)
  }
}

const notPassed = (saw: string, next?: string): Seen => ({ passed: false, saw, ...(next ? { next } : {}) })

class CheckFailed extends Error {
  readonly next: string | undefined
  constructor(saw: string, next?: string) {
    super(saw)
    this.next = next
  }
}

/** For the body of a check: what was seen when the condition does not hold, and what to do then. */
export function expect(condition: boolean, saw: string, next?: string): asserts condition {
  if (!condition) throw new CheckFailed(saw, next)
}
