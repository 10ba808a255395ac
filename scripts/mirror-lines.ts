import type { Emit, Progress } from '../engine/report/events.ts'
import type { StalePart } from '../mirror/prune.ts'

const secondsBetweenLines = 10

/** Plain lines: when a task begins and ends, and in between one every ten seconds. */
export function progressPrinter(print: (line: string) => void): Emit {
  const printed = new Map<string, number>()
  return event => {
    if (event.type === 'notice') print(event.text)
    if (event.type !== 'progress') return
    const last = printed.get(event.task)
    if (!event.ended && last !== undefined && event.seconds - last < secondsBetweenLines) return
    printed.set(event.task, event.seconds)
    print(progressLine(event))
  }
}

/** `kernel            62 s  compiling, 410 of 1370 objects`. */
export function progressLine(progress: Omit<Progress, 'at'>): string {
  const { task, detail = '', done, total, unit = '', seconds, ended } = progress
  const count = done === undefined ? '' : `, ${done}${total === undefined ? '' : ` of ${total}`} ${unit}`
  const what = ended === 'failed' ? 'failed' : `${detail}${count}`
  return `${task.padEnd(18)} ${String(Math.round(seconds)).padStart(5)} s  ${what}`.trimEnd()
}

export const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6).toLocaleString('en')} MB`

/** `removed       kernel/5270220720227ef5           74 MB`. */
export function partLine({ name, bytes, usedBy }: StalePart, done: string): string {
  const line = `${(usedBy ? 'kept' : done).padEnd(12)}  ${name.padEnd(36)} ${megabytes(bytes).padStart(9)}`
  return usedBy ? `${line}  in use by ${usedBy}` : line
}
