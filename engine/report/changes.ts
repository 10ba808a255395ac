import type { Change, Json } from './events.ts'
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

/** `mode 0644 → 0600`, `+owner root:root`, `content changed`, `address known after create`. */
export function changeWords({ attribute, before, after }: Change, arrow: string): string {
  if (isLate(after)) return `${attribute} known after create`
  const [was, becomes] = [short(before), short(after as Json)]
  if (before === null) return `+${attribute}${becomes === undefined ? '' : ` ${becomes}`}`
  if (after === null) return `-${attribute}${was === undefined ? '' : ` ${was}`}`
  return was === undefined || becomes === undefined ? `${attribute} changed` : `${attribute} ${was} ${arrow} ${becomes}`
}
