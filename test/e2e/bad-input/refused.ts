import type { Event, Failure } from '../../../engine/report/events.ts'
import { equal, holds, say } from '../proof.ts'
import type { PlaybookResult } from '../run-playbook.ts'

export interface Refusal {
  readonly exit: number
  readonly code: string
  /** What the error must name: the holder, the place in a file, what was found. */
  readonly names?: RegExp
}

/** Holds that a run ended with one error and no other: with its code and status, its place, its cause and a next step. */
export function refused(result: PlaybookResult, { exit, code, names }: Refusal): void {
  const failures = failuresOf(result)
  equal(
    failures.map(failure => failure.code),
    [code],
    'codes of all errors',
  )
  const [failure] = failures as [Failure]
  say(`saw: exit ${result.exit}, ${failure.code}: ${failure.message}; ${failure.cause ?? ''} (at ${failure.place})`)
  equal(result.exit, exit, 'exit status')
  holds(Boolean(failure.place), 'it has a place')
  holds(Boolean(failure.next), 'it has a next step')
  // What usage is wrong stands in the message itself.
  holds(exit === 64 || Boolean(failure.cause), 'it has a cause')
  if (names)
    holds(names.test(Object.values(failure).flat().join('\n')), `it names ${names}: ${JSON.stringify(failure)}`)
}

/** From the events; before there is a run, from what is told people. */
function failuresOf({ events, stderr }: PlaybookResult): Failure[] {
  const told = events.flatMap(failureIn)
  if (events.length > 0) return told
  const starts = [...stderr.matchAll(/^ +error +/gm)].map(({ index }) => index)
  return starts.map((start, number) => readBlock(stderr.slice(start, starts[number + 1])))
}

const failureIn = (event: Event): readonly Failure[] => ('failure' in event && event.failure ? [event.failure] : [])

function readBlock(block: string): Failure {
  const part = (label: string) => {
    const lines = block.match(new RegExp(`^ +${label} +(.*(?:\\n {10,}.*)*)`, 'm'))?.[1]
    return lines === undefined ? {} : { [label]: lines.replace(/\s+/g, ' ') }
  }
  const { error = '', code = '' } = { ...part('error'), ...part('code') } as { error?: string; code?: string }
  return { message: error, code: code.split(' ')[0] ?? '', ...part('place'), ...part('cause'), ...part('next') }
}
