import { expect, it } from 'vitest'
import type { Event } from './events.ts'
import { prettyReporter } from './pretty.ts'
import { runs } from './samples/runs.ts'
import { Sink } from './samples/sink.ts'

/** Lines that are headings of plays, or the end of one that is broken. */
function headings(events: readonly Event[], columns: number): readonly string[] {
  const stream = new Sink(columns)
  const reporter = prettyReporter({ stream, tty: false, columns, diff: false, verbose: false })
  for (const event of events) reporter.on(event)
  reporter.close()
  return stream.text.split('\n').filter(line => /PLAY \[|of 4$/.test(line))
}

it.each([30, 60, 80, 200])('counts plays known beforehand at %i columns, and is no wider for it', columns => {
  const lines = headings(runs.sideBySide(), columns)
  if (columns > 60) expect(lines[0]).toMatch(/^PLAY \[Prepare the workers \| Share a folder\] \*+ 2, 3 of 4$/)
  // Where little room is left, the place is worth more than the rule.
  if (columns === 30) expect(lines.at(-1)).toBe('PLAY [Apply manifests] 4 of 4')
  else expect(lines.at(-1)).toMatch(/^PLAY \[Apply manifests\] \*+ 4 of 4$/)
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.min(columns, 100))
})

it('has no place for a play that nobody knew of', () => {
  const renamed = runs
    .sideBySide()
    .map(event => ('play' in event && event.play === 'Apply manifests' ? { ...event, play: 'Take over' } : event))
  expect(headings(renamed, 100).at(-1)).toMatch(/^PLAY \[Take over\] \*+$/)
})
