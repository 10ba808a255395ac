import { expect, it } from 'vitest'
import type { Event } from './events.ts'
import { findingsReporter } from './findings.ts'
import { Sink } from './samples/sink.ts'

const at = '2026-01-12T09:00:00.000Z'

const ended = (exit: number): Event => ({
  ...{ type: 'run.end', at, exit, seconds: 5.4 },
  ...{ roundTrips: 0, memoryBytes: 0, hosts: {} },
})

const looked = (passed: boolean): Event => ({ type: 'check.end', at, id: 'disk', title: 'Room', passed, saw: '1 GiB' })

/** The last line of what is told. */
function verdict(...events: readonly Event[]): string | undefined {
  const stream = new Sink()
  const reporter = findingsReporter({ stream })
  for (const event of events) reporter.on(event)
  return stream.text.trimEnd().split('\n').at(-1)
}

it('calls all well only where all was looked at', () => {
  expect(verdict(looked(true), ended(0))).toBe('Nothing would stop an up; 1 check passed, 5.4 s.')
  expect(verdict(looked(true), ended(130))).toBe(
    'Interrupted: not all was looked at; nothing so far would stop an up; 1 check passed, 5.4 s.',
  )
  expect(verdict(ended(130))).toBe('Interrupted: nothing was looked at, 5.4 s.')
})

it('counts what was found before it was interrupted', () => {
  expect(verdict(looked(false), ended(70))).toBe('1 thing would stop an up; 0 checks passed, 5.4 s.')
  expect(verdict(looked(false), ended(130))).toBe(
    'Interrupted: not all was looked at; 1 thing would stop an up; 0 checks passed, 5.4 s.',
  )
})
