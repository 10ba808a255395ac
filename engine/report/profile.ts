import type { Stretch } from './events.ts'
import { heading } from './layout.ts'
import type { LineOptions } from './lines.ts'
import { clip, duration } from './text.ts'
import { isFelt, type Span, type Timeline } from './timeline.ts'

const SLOWEST = 10

/** Until the run began. Its own figures begin there. */
function startLines(startup: readonly Stretch[], look: Pick<LineOptions, 'style' | 'columns'>): readonly string[] {
  const whole = startup.reduce((sum, { seconds }) => sum + seconds, 0)
  if (!isFelt({ start: 0, end: whole })) return []
  const line = ({ what, seconds }: Stretch) => `  ${duration(seconds).padStart(12)}  ${what}`
  return [
    '',
    heading('BEFORE IT BEGAN', look),
    ...startup.filter(({ seconds }) => isFelt({ start: 0, end: seconds })).map(line),
    look.style.dim(line({ what: 'in all, which the run does not count', seconds: whole })),
  ]
}

/** What took longest, and the chain of things that the run's length hung on. */
export function profileLines(timeline: Timeline, look: Pick<LineOptions, 'style' | 'columns'>): readonly string[] {
  const { style, columns } = look
  const lanes = Math.max(4, ...timeline.lanes.map(lane => lane.length))
  const line = ({ lane, what, start, end }: Span) => {
    const time = duration(end - start).padStart(12)
    return `  ${time}  ${lane.padEnd(lanes)}  ${clip(what, Math.max(20, columns() - lanes - 20))}`
  }
  const slowest = [...timeline.spans]
    .filter(isFelt)
    .sort((a, b) => b.end - b.start - (a.end - a.start))
    .slice(0, SLOWEST)
  const before = startLines(timeline.startup, look)
  if (slowest.length === 0)
    return [...before, '', heading('SLOWEST', look), style.dim('  Nothing took a tenth of a second.')]
  const path = timeline.criticalPath()
  const along = path.reduce((sum, span) => sum + span.end - span.start, 0)
  return [
    ...before,
    '',
    heading('SLOWEST', look),
    ...slowest.map(line),
    '',
    heading('CRITICAL PATH', look),
    ...path.filter(span => isFelt(span) && span.end - span.start >= along / 200).map(line),
    style.dim(`  ${duration(along).padStart(12)}  of ${duration(timeline.seconds)}`),
  ]
}
