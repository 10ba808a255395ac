import { heading } from './layout.ts'
import type { LineOptions } from './lines.ts'
import { clip, duration } from './text.ts'
import { isFelt, type Span, type Timeline } from './timeline.ts'

const SLOWEST = 10

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
  if (slowest.length === 0) return ['', heading('SLOWEST', look), style.dim('  Nothing took a tenth of a second.')]
  const path = timeline.criticalPath()
  const along = path.reduce((sum, span) => sum + span.end - span.start, 0)
  return [
    '',
    heading('SLOWEST', look),
    ...slowest.map(line),
    '',
    heading('CRITICAL PATH', look),
    ...path.filter(span => isFelt(span) && span.end - span.start >= along / 200).map(line),
    style.dim(`  ${duration(along).padStart(12)}  of ${duration(timeline.seconds)}`),
  ]
}
