import { isDeepStrictEqual } from 'node:util'
import type { Change, Json } from '../report/events.ts'
import { Late } from '../resource/late.ts'

export type Wish = Readonly<Record<string, Json | Late<Json>>>

/** One change for each attribute that is not as wished. An attribute that was not found counts as null. */
export function compare(wish: Wish, found: Readonly<Record<string, Json>>): readonly Change[] {
  return Object.entries(wish).flatMap(([attribute, wished]) => {
    const before = found[attribute] ?? null
    const after = wished instanceof Late ? wished.value : wished
    if (after === undefined) return [{ attribute, before, after: { late: (wished as Late<Json>).what } }]
    return isDeepStrictEqual(before, after) ? [] : [{ attribute, before, after }]
  })
}

/** The one change that an unwished thing needs. */
export const removal = (before: Json = 'present'): readonly Change[] => [
  { attribute: 'state', before, after: 'absent' },
]
