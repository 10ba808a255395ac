import { createHash } from 'node:crypto'
import type { Json } from '../../engine/report/events.ts'
import type { AnyObject } from '../api/objects.ts'

/** A leaf that is one thing and would be another; null where there is none. */
export type Difference = { readonly attribute: string; readonly before: Json; readonly after: Json }

/** What the API server keeps for itself, and what differs between any two reads. */
const bookkeeping = new Set([
  'status',
  'metadata.managedFields',
  'metadata.resourceVersion',
  'metadata.generation',
  'metadata.uid',
  'metadata.creationTimestamp',
])

/** Every leaf that an apply would change, as `spec.template.spec.containers[web].image`. Secrets show as hashes. */
export function differences(live: AnyObject, next: AnyObject): readonly Difference[] {
  const [before, after] = [leaves(live), leaves(next)]
  const shown = (attribute: string, value: Json): Json => shownValue(live.kind, attribute, value)
  return [...new Set([...before.keys(), ...after.keys()])].flatMap(attribute => {
    const [old, young] = [before.get(attribute) ?? null, after.get(attribute) ?? null]
    if (JSON.stringify(old) === JSON.stringify(young)) return []
    return [{ attribute, before: shown(attribute, old), after: shown(attribute, young) }]
  })
}

/** Kept by the API server for itself, at this path in an object. */
export const isBookkeeping = (path: string): boolean => bookkeeping.has(path)

/** A leaf of an object as anybody may see it: what a Secret holds is a hash, also where kubectl keeps it once more. */
export const shownValue = (kind: string, path: string, value: Json): Json =>
  kind === 'Secret' && value !== null && /^(data|stringData)\.|last-applied-configuration$/.test(path)
    ? hashOf(value)
    : value

const hashOf = (value: Json): string =>
  `sha256:${createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)}`

function leaves(object: AnyObject): ReadonlyMap<string, Json> {
  const found = new Map<string, Json>()
  const walk = (value: Json, path: string): void => {
    if (isBookkeeping(path)) return
    const parts = partsOf(value)
    if (!parts || parts.length === 0) found.set(path, value)
    else
      for (const [name, part] of parts)
        walk(part, name.startsWith('[') || path === '' ? path + name : `${path}.${name}`)
  }
  walk(object as unknown as Json, '')
  return found
}

/** Fields of a mapping, items of a list; undefined for a leaf. Items are named by their name where they have one. */
function partsOf(value: Json): readonly (readonly [string, Json])[] | undefined {
  if (value === null || typeof value !== 'object') return undefined
  if (!Array.isArray(value)) return Object.entries(value)
  const names = (value as readonly Json[]).map(nameOf)
  const named = names.every(name => name !== undefined) && new Set(names).size === names.length
  return (value as readonly Json[]).map((item, index) => [`[${named ? names[index] : index}]`, item] as const)
}

function nameOf(item: Json): string | undefined {
  if (item === null || typeof item !== 'object' || Array.isArray(item)) return undefined
  const { name } = item as { readonly name?: Json }
  return typeof name === 'string' ? name : undefined
}
