import type { Event, Failure, ResourceEnd } from '../../../engine/report/events.ts'

/** What a run has told of a state: a line for each attribute, with its host, kind, id, before and after. */
export interface Account {
  readonly changes: readonly string[]
  /** What it could not know, as `host kind id`. */
  readonly unknown: readonly string[]
  /** Why not, each reason once. */
  readonly reasons: readonly string[]
  /** Where it ended before its end, and with which error. */
  readonly failed: string | undefined
  /** What that error said. */
  readonly why: string | undefined
}

const named = ({ host, kind, id }: ResourceEnd): string => `${host} ${kind} ${id}`

export function accountOf(events: readonly Event[]): Account {
  const ends = events.filter((event): event is ResourceEnd => event.type === 'resource.end')
  const told = ends.filter(({ outcome }) => outcome === 'changed' || outcome === 'would-change')
  const notKnown = ends.filter(({ outcome }) => outcome === 'unknown')
  const failed = events.find(event => 'failure' in event && event.failure !== undefined)
  return {
    changes: told
      .flatMap(end =>
        end.changes.map(
          ({ attribute, before, after }) =>
            `${named(end)}: ${attribute} ${JSON.stringify(before)} -> ${JSON.stringify(after)}`,
        ),
      )
      .sort(),
    unknown: notKnown.map(named),
    reasons: [...new Set(notKnown.map(({ why = 'no reason given' }) => why))],
    failed:
      failed && 'failure' in failed
        ? `${failed.type === 'resource.end' ? named(failed) : 'the run'}: ${failed.failure?.code}`
        : undefined,
    why: failed && 'failure' in failed ? whyOf(failed.failure) : undefined,
  }
}

const whyOf = (failure: Failure | undefined): string =>
  [failure?.message, failure?.cause, ...(failure?.stderr ?? []).slice(-3)].filter(Boolean).join(' | ')

/** Adds up over all states what was foreseen, what happened, and what of it was the same. */
export class Score {
  states = 0
  #foreseen = 0
  #happened = 0
  #same = 0
  #unknown = 0
  /** Each with its state, so that it can be made again. */
  readonly misses: string[] = []
  /** What else went wrong in a state: not a matter of the percentage, and never allowed. */
  readonly faults: string[] = []

  /** Of one state; gives what differed, a line each. */
  add(state: string, foreseen: Account, happened: Account): readonly string[] {
    this.states++
    this.#unknown += foreseen.unknown.length
    // What check calls unknown, it foresees nothing of.
    const told = happened.changes.filter(change => !foreseen.unknown.some(one => change.startsWith(`${one}: `)))
    const vain = foreseen.changes.filter(change => !told.includes(change))
    const unforeseen = told.filter(change => !foreseen.changes.includes(change))
    this.#foreseen += foreseen.changes.length
    this.#happened += told.length
    this.#same += foreseen.changes.length - vain.length
    const differs = [
      ...vain.map(change => `foreseen, and did not happen: ${change}`),
      ...unforeseen.map(change => `happened, and was not foreseen: ${change}`),
    ]
    this.misses.push(...differs.map(miss => `${state}: ${miss}`))
    if (foreseen.failed !== happened.failed)
      this.fault(
        state,
        `check ended with ${foreseen.failed ?? 'no error'}, the run with ${happened.failed ?? 'none'}: ${happened.why ?? foreseen.why}`,
      )
    return differs
  }

  fault(state: string, what: string): void {
    this.faults.push(`${state}: ${what}`)
  }

  /** All that was foreseen or happened. */
  get changes(): number {
    return this.#foreseen + this.#happened - this.#same
  }

  /** Of all that was foreseen or happened, what was both, in per cent. */
  get percent(): number {
    return this.changes === 0 ? 100 : (100 * this.#same) / this.changes
  }

  /** Things that a check could not know, of all that it had to tell of, in per cent. */
  get unknownPercent(): number {
    const all = this.changes + this.#unknown
    return all === 0 ? 0 : (100 * this.#unknown) / all
  }
}
