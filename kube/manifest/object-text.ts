import { stringify } from 'yaml'
import type { Json } from '../../engine/report/events.ts'
import type { AnyObject } from '../api/objects.ts'
import { isBookkeeping, shownValue } from './differences.ts'

/** An object as YAML for people: without what the API server keeps for itself, and what a Secret holds as hashes. */
export function textOf(object: AnyObject): string {
  const walk = (value: Json, path: string): Json => {
    if (value === null || typeof value !== 'object') return shownValue(object.kind, path, value)
    if (Array.isArray(value)) return value.map((item: Json) => walk(item, `${path}[]`))
    const kept = Object.entries(value).map(
      ([name, part]) => [name, path === '' ? name : `${path}.${name}`, part] as const,
    )
    return Object.fromEntries(
      kept.flatMap(([name, at, part]) => (isBookkeeping(at) ? [] : [[name, walk(part as Json, at)]])),
    )
  }
  return stringify(walk(object as unknown as Json, ''), { lineWidth: 0, sortMapEntries: true })
}
