import type { Change, Event, Failure, Json, Reporter } from './events.ts'
import { writeReport } from './file.ts'

/** One attribute that would change. Texts are not kept: content is told by its hash. */
export interface PlannedChange {
  readonly host: string
  readonly role: string
  readonly kind: string
  readonly id: string
  readonly attribute: string
  readonly before: Json
  readonly after: Change['after']
}
export interface PlannedUnknown {
  readonly host: string
  readonly role: string
  readonly kind: string
  readonly id: string
  readonly why: string
}

/** What check mode has found: all that a run would change, and what nobody can know yet. */
export interface Plan {
  readonly playbook: string
  readonly lab: string
  readonly hosts: readonly string[]
  readonly changes: readonly PlannedChange[]
  readonly unknown: readonly PlannedUnknown[]
}

export interface Collected {
  readonly plan: Plan
  /** Set once the run has ended. */
  readonly exit: number | undefined
  readonly failure: Failure | undefined
}

/** Gathers what a run in check mode tells. */
export class PlanCollector implements Reporter {
  #start: Pick<Plan, 'playbook' | 'lab' | 'hosts'> = { playbook: '', lab: '', hosts: [] }
  readonly #changes: PlannedChange[] = []
  readonly #unknown: PlannedUnknown[] = []
  #exit: number | undefined
  #failure: Failure | undefined

  on(event: Event): void {
    if (event.type === 'run.start') this.#start = { playbook: event.playbook, lab: event.lab, hosts: event.hosts }
    if (event.type === 'run.end') this.#exit = event.exit
    if ('failure' in event && event.failure) this.#failure ??= event.failure
    if (event.type !== 'resource.end') return
    const { host, role, kind, id, outcome, changes, why = '' } = event
    if (outcome === 'unknown') this.#unknown.push({ host, role, kind, id, why })
    if (outcome !== 'would-change') return
    for (const { attribute, before, after } of changes)
      this.#changes.push({ host, role, kind, id, attribute, before, after })
  }

  collected(): Collected {
    const plan = { ...this.#start, changes: this.#changes, unknown: this.#unknown }
    return { plan, exit: this.#exit, failure: this.#failure }
  }

  close(): void {}
}

interface PlanTelling {
  say(line: string): void
  readonly stderr: NodeJS.WritableStream
}

/** Format of the file; one of another format is made anew, not read. */
export const planFormat = 'andamio-plan/1'
/** How a file begins that is a plan of any format. */
export const planStart = /^\{\s*"format":\s*"andamio-plan\//

/**
 * Writes the plan when a check has ended that knows all it could know: one that failed knows no plan, and a file that
 * stands there from before is left as it is. `asked` is kept beside it: what the run was asked to look at.
 */
export function planReporter(file: string, asked: Json, { say, stderr }: PlanTelling): Reporter {
  const collector = new PlanCollector()
  return {
    on: event => collector.on(event),
    async close() {
      const { plan, exit } = collector.collected()
      if (exit !== 0 && exit !== 2 && exit !== 3) {
        stderr.write(`No plan is written to ${file}: the check did not come to its end.\n`)
        return
      }
      const whole = { format: planFormat, madeAt: new Date().toISOString(), asked, ...plan }
      await writeReport(file, `${JSON.stringify(whole, null, 1)}\n`)
      say(`Plan: ${file}`)
    },
  }
}
