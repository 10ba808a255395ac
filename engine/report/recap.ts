import type { HostCount, RunEnd } from './events.ts'
import { heading } from './layout.ts'
import type { LineOptions } from './lines.ts'
import type { Tally } from './tally.ts'

type Column = keyof HostCount

/** Ansible's, which is looked for also where it counts nothing. */
const standard: readonly Column[] = ['ok', 'changed', 'unreachable', 'failed', 'unknown']
const always: readonly Column[] = ['ok', 'changed']

/** Ansible's own form, for eyes and scripts that know it; where it finds no room, without what is nowhere. */
export function recap(
  { hosts, others = {} }: RunEnd,
  { check }: Tally,
  look: Pick<LineOptions, 'style' | 'columns'>,
): readonly string[] {
  const counts = Object.entries({ ...hosts, ...others })
  if (counts.length === 0) return []
  const { style } = look
  const used = (column: Column) => counts.some(([, count]) => count[column])
  const wordOf = (column: Column) => (check && column === 'changed' ? 'would-change' : column)
  const roomOf = (column: Column) => wordOf(column).length + 4
  const width = Math.max(...counts.map(([name]) => name.length), 8)
  const full = [...standard, ...(used('assumed') ? ['assumed' as const] : [])]
  const fits = full.reduce((sum, column) => sum + 1 + roomOf(column), width + 2) <= look.columns()
  const shown = fits ? full : full.filter(column => always.includes(column) || used(column))

  const rows = counts.flatMap(([name, count]) => {
    const lines = [`${name.padEnd(width)} :`]
    let left = look.columns() - width - 2
    for (const column of shown) {
      const number = count[column] ?? 0
      const text = `${wordOf(column)}=${number}`
      if (text.length >= left) {
        lines.push(' '.repeat(width + 2))
        left = look.columns() - width - 2
      }
      const paint = (part: string) =>
        number === 0 ? style.dim(part) : column === 'unreachable' ? style.bad(part) : style.outcome(column, part)
      lines.push(`${lines.pop()} ${paint(text.padEnd(roomOf(column)))}`)
      left -= roomOf(column) + 1
    }
    return lines.map(line => line.trimEnd())
  })
  return ['', heading('PLAY RECAP', look), ...rows]
}
