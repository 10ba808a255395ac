import type { Event } from '../../../engine/report/events.ts'

/** What a run with `--json` has printed. */
export const eventsOf = (stdout: string): readonly Event[] =>
  stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
