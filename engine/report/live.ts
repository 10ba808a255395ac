import type { Progress } from './events.ts'
import type { Style } from './style.ts'
import { type Activity, activityWords, countWords, type Tally } from './tally.ts'
import { clip, clipMiddle, counted, duration, oneLine, withThousands } from './text.ts'

export interface LiveOptions {
  readonly style: Style
  readonly columns: number
  readonly rows: number
  /** Milliseconds since the epoch. */
  readonly now: number
}

const BAR = 24
const SPARE_ROWS = 4
/** A subject in less than this says nothing. */
const LEAST = 12

/** Of the plays under way, and others that do something. */
export const hostsOf = ({ plays, activities }: Tally): readonly string[] => [
  ...new Set([...[...plays.values()].flatMap(play => play.hosts), ...activities.keys()]),
]

/** The lines that stay below all others while a run goes on: what each host does now, and since when. */
export function liveLines(tally: Tally, { style, columns, rows, now }: LiveOptions): readonly string[] {
  const hosts = hostsOf(tally)
  const names = [...hosts, ...tally.tasks.keys()]
  if (names.length === 0) return []
  const width = Math.min(20, Math.max(4, ...names.map(name => name.length)))
  const room = columns - 1 - width - 4
  const beside = (time: string) => Math.max(10, room - time.length - 2)
  const line = (name: string, words: string, time: string, quiet: boolean) => {
    const fitting = clip(words, beside(time)).padEnd(room - time.length)
    return `  ${style.bold(clip(name, width).padEnd(width))}  ${quiet ? style.dim(fitting) : fitting}${style.dim(time)}`
  }
  const busy = hosts.filter(host => tally.activityOf(host, now))
  const idle = hosts.filter(host => !busy.includes(host))
  // Hosts keep their order, so that the eye finds them again; only where rows are short the idle ones give way.
  const fits = Math.max(1, rows - SPARE_ROWS - tally.tasks.size)
  const shown = hosts.length <= fits ? hosts : [...busy, ...idle].slice(0, fits)

  const lines = [...tally.tasks.values()].map(task =>
    line(task.task, taskWords(task, style, room), sinceTask(task, now), false),
  )
  let spare = fits - shown.length
  for (const host of shown) {
    const activity = tally.activityOf(host, now)
    const count = tally.counts.get(host)
    if (activity === undefined) {
      lines.push(line(host, count ? countWords(count, tally.check) : '', '', true))
      continue
    }
    const time = elapsed(activity, now)
    const { words, detail } = activity
    const narrow = activityWords(activity).length > beside(time)
    // What is missing is what somebody waits to hear: it has a row of its own where there is one.
    if (detail !== undefined && narrow && spare-- > 0)
      lines.push(line(host, words, time, false), line('', fitted(detail, beside('')), '', false))
    else lines.push(line(host, narrow ? shortened(activity, beside(time)) : activityWords(activity), time, false))
  }
  if (shown.length < hosts.length) lines.push(style.dim(`  and ${counted(hosts.length - shown.length, 'host')} more`))
  return lines
}

/** Of a wait in one row, what is missing rather than for what. */
function shortened({ words, detail }: Activity, width: number): string {
  if (detail === undefined) return clip(words, width)
  const left = width - detail.length - 2
  return left < LEAST ? fitted(detail, width) : `${clip(words, left)}: ${detail}`
}

/** What is missing, its cause first: that is kept whole where it can be, and else loses its middle. */
function fitted(detail: string, width: number): string {
  if (detail.length <= width) return detail
  const [cause = '', ...rest] = detail.split('; ')
  const left = width - cause.length - 2
  if (rest.length === 0 || left < -1) return clipMiddle(cause, width)
  return left < LEAST ? `${cause}…` : `${cause}; ${clipMiddle(rest.join('; '), left)}`
}

/** `12 s`, `41 s of at most 5 min`; nothing in the first second, for then everything would flicker. */
function elapsed({ since, limitSeconds }: Activity, now: number): string {
  const seconds = (now - since) / 1000
  if (limitSeconds !== undefined) return `${whole(seconds)} of at most ${whole(limitSeconds)}`
  return seconds < 1 ? '' : whole(seconds)
}

const sinceTask = ({ at, seconds }: Progress, now: number): string => whole(seconds + (now - Date.parse(at)) / 1000)

const whole = (seconds: number): string => (seconds < 10 ? `${Math.max(0, Math.floor(seconds))} s` : duration(seconds))

/** `━━━━━━━━────  61 %  1,204 of 1,932 objects  drivers/net`. */
export function taskWords({ done, total, unit = '', detail }: Progress, style: Style, room = 80): string {
  const parts: string[] = []
  if (done !== undefined && total !== undefined && total > 0) {
    const share = Math.min(1, Math.max(0, done / total))
    const full = Math.round(share * BAR)
    if (room >= 60) parts.push(style.bar.full.repeat(full) + style.bar.empty.repeat(BAR - full))
    parts.push(`${String(Math.floor(share * 100)).padStart(3)} %`)
    parts.push(`${withThousands(done)} of ${withThousands(total)} ${unit}`.trimEnd())
  } else if (done !== undefined) parts.push(`${withThousands(done)} ${unit}`.trimEnd())
  if (detail) parts.push(oneLine(detail))
  return parts.join('  ')
}
