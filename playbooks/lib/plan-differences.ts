import type { Json } from '../../engine/report/events.ts'
import type { Plan, PlannedChange } from '../../engine/report/plan.ts'

type Compared = Pick<Plan, 'lab' | 'hosts' | 'changes' | 'unknown'>

/** Of one thing, and how it would change: compared by both, shown in a line with all else of that thing. */
interface Part {
  readonly of: string
  readonly how: string
}

/**
 * What the plan has and the world has no more (`-`), and what has come (`+`), a line for each thing:
 * `- cp file /etc/hosts: +mode 0644, +content (known after create)`.
 */
export function differences(before: Compared, after: Compared): readonly string[] {
  const [old, young] = [partsOf(before), partsOf(after)]
  return [...gone(old, young).map(line => `- ${line}`), ...gone(young, old).map(line => `+ ${line}`)]
}

function gone(from: ReadonlyMap<string, Part>, to: ReadonlyMap<string, Part>): readonly string[] {
  const byThing = new Map<string, string[]>()
  for (const [key, { of, how }] of from) if (!to.has(key)) byThing.set(of, [...(byThing.get(of) ?? []), how])
  return [...byThing].map(([of, all]) => `${of}: ${all.join(', ')}`)
}

function partsOf({ lab, hosts, changes, unknown }: Compared): ReadonlyMap<string, Part> {
  const parts = [
    { of: `lab ${lab}`, how: hosts.join(', ') },
    ...changes.map(change => ({ of: thing(change), how: howOf(change), exact: [change.before, change.after] })),
    ...unknown.map(each => ({ of: thing(each), how: `unknown, ${each.why}` })),
  ]
  return new Map(parts.map(part => [JSON.stringify(part), part]))
}

const thing = ({ host, kind, id }: Pick<PlannedChange, 'host' | 'kind' | 'id'>): string => `${host} ${kind} ${id}`

function howOf({ attribute, before, after }: PlannedChange): string {
  if (after !== null && typeof after === 'object' && 'late' in after)
    return `${before === null ? '+' : ''}${attribute} (known after create)`
  if (before === null) return `+${attribute} ${said(after)}`
  return after === null ? `-${attribute} ${said(before)}` : `${attribute} ${said(before)} -> ${said(after)}`
}

const hash = /\b([\da-f]{12})[\da-f]{52}\b/g
const said = (value: Json): string =>
  (typeof value === 'string' && value !== '' ? value : JSON.stringify(value)).replace(hash, '$1…')
