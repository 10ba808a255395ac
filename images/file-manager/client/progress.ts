import type { Tally } from './events.ts'
import { fitted, shownSize, shownTime, visible, widthOf } from './shown.ts'

/** Over which a rate is taken: long enough to be calm, short enough to tell of a change; and of less there is none yet. */
const window = 4_000
const least = 1_000
const widestBar = 40
const leastBar = 8

/** Bytes a second, of late; undefined until enough has been seen. What passes before the first byte does not count. */
export class Rate {
  #marks: { readonly at: number; readonly bytes: number }[] = []

  mark(at: number, bytes: number): number | undefined {
    if (bytes === 0) this.#marks = []
    this.#marks.push({ at, bytes })
    while (this.#marks.length > 2 && at - (this.#marks[0]?.at ?? at) > window) this.#marks.shift()
    const first = this.#marks[0]
    const passed = at - (first?.at ?? at)
    return passed < least ? undefined : ((bytes - (first?.bytes ?? bytes)) / passed) * 1000
  }
}

/**
 * One line of at most `columns`: what travels, how much of it has, how fast (bytes a second), and how long the rest will
 * take.
 */
export function progressLine(tally: Tally, rate: number | undefined, columns: number): string {
  const there = tally.moved + tally.resumed
  const expected = Math.max(tally.expected, there)
  const part = expected === 0 ? 0 : there / expected
  const figures = [
    tally.expected === 0 ? shownSize(there) : `${shownSize(there)} of ${shownSize(expected)}`,
    ...(rate === undefined ? [] : [rate > 0 ? `${shownSize(rate)}/s` : 'waiting']),
    ...(rate && tally.expected > 0 ? [`${shownTime((expected - there) / rate)} left`] : []),
  ].join('  ')
  const what = subject(tally)
  const percent = tally.expected === 0 ? '' : `${String(Math.floor(part * 100)).padStart(3)}%  `
  const room = columns - percent.length - figures.length - 2
  const label = fitted(what, Math.max(8, Math.min(widthOf(what), room - leastBar - 4)))
  const bar = Math.min(widestBar, room - widthOf(label) - 4)
  const drawn = tally.expected > 0 && bar >= leastBar ? `[${drawing(part, bar)}]  ` : ''
  return fitted(`${label}  ${drawn}${percent}${figures}`, columns)
}

function subject({ files, done, same, failed, name }: Tally): string {
  const current = visible(name)
  return files === 1 ? current : `${done + same + failed} of ${files} files  ${current}`
}

function drawing(part: number, width: number): string {
  const full = Math.min(width, Math.floor(part * width))
  return '#'.repeat(full) + (full < width ? '>' : '') + '.'.repeat(Math.max(0, width - full - 1))
}
