import type { Change, Json, Outcome } from './events.ts'
import { oneLine } from './text.ts'

type Value = Change['after']

const isLate = (value: Value): value is { readonly late: string } =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && 'late' in value

/** A value short enough to stand in a line; undefined where its text would say nothing: a hash, a file, a map. */
function short(value: Json): string | undefined {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (text === '') return '""'
  if (/^(sha256:)?[0-9a-f]{40,}$/.test(text) || text.includes('\n') || text.length > 48) return undefined
  return oneLine(text)
}

/** `mode 0644 → 0600`, `+owner root:root`, `content changed`. */
function wordsOf({ attribute, before, after }: Change, arrow: string): string {
  const [was, becomes] = [short(before), isLate(after) ? undefined : short(after)]
  if (before === null) return `+${attribute}${becomes === undefined ? '' : ` ${becomes}`}`
  if (after === null) return `-${attribute}${was === undefined ? '' : ` ${was}`}`
  return was === undefined || becomes === undefined ? `${attribute} changed` : `${attribute} ${was} ${arrow} ${becomes}`
}

/**
 * One after the other, in words. What is known only after something is created stands last and says so, as long as that
 * is still to come: `+mode 0644`, `+content`, `+owner (known after create)`.
 */
export function changeWords(changes: readonly Change[], outcome: Outcome, arrow: string): readonly string[] {
  const told = changes.filter(({ after }) => outcome === 'changed' || !isLate(after))
  const words = told.map(change => wordsOf(change, arrow))
  const late = changes
    .filter(change => !told.includes(change))
    .map(({ attribute, before }) => `${before === null ? '+' : ''}${attribute}`)
  return late.length === 0 ? words : [...words, ...late.slice(0, -1), `${late.at(-1)} (known after create)`]
}
