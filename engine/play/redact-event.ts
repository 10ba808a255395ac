import type { Event } from '../report/events.ts'
import { redactAsItIs } from '../shell/redact.ts'

/** What reporters tell events apart by: words of ours and names of the inventory. */
const names = new Set(['type', 'at', 'playbook', 'lab', 'play', 'host', 'hosts', 'role', 'kind', 'outcome', 'level'])

/** The same event with every secret that this process has given out masked in all its texts, however deep they lie. */
export function redactEvent(event: Event): Event {
  return Object.fromEntries(
    Object.entries(event).map(([field, value]) => [field, names.has(field) ? value : redacted(value)]),
  ) as unknown as Event
}

function redacted(value: unknown): unknown {
  if (typeof value === 'string') return redactAsItIs(value)
  if (Array.isArray(value)) return value.map(redacted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [redactAsItIs(key), redacted(part)]))
}
