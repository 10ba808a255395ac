import type { Json } from '../report/events.ts'
import { didYouMean } from '../suggest.ts'
import { AddressesOf } from './addresses-of.ts'
import type { InventoryDocument, Path } from './document.ts'
import { said } from './shape.ts'

/** Declared defaults by role and variable: what an inventory may set, and of which type. */
export type RoleVars = Readonly<Record<string, Readonly<Record<string, Json | AddressesOf>>>>
/** What people look for among a role's variables and is set elsewhere: `{ role: { name: 'where' } }`. */
export type SetElsewhere = Readonly<Record<string, Readonly<Record<string, string>>>>
export type GivenVars = Readonly<Record<string, Readonly<Record<string, Json>>>>

/** Refuses roles and variables that do not exist, and values of another type than the role's default. */
export function checkVars(
  document: InventoryDocument,
  path: Path,
  given: GivenVars,
  declared: RoleVars,
  elsewhere: SetElsewhere = {},
): void {
  for (const [role, vars] of Object.entries(given)) {
    const known = Object.hasOwn(declared, role) ? declared[role] : undefined
    if (known === undefined) {
      document.problem(
        [...path, role],
        `unknown role ${role}`,
        didYouMean(role, Object.keys(declared), 'there are'),
        'key',
      )
      continue
    }
    for (const [name, value] of Object.entries(vars)) {
      const at = [...path, role, name]
      if (!Object.hasOwn(known, name)) {
        const names = Object.keys(known)
        const without = names.length === 0 ? `${role} takes no variables` : didYouMean(name, names, `${role} has`)
        const hint = elsewhere[role]?.[name] ?? without
        document.problem(at, `${role} has no variable ${name}`, hint, 'key')
        continue
      }
      const misfit = mismatch(value, known[name] as Json | AddressesOf)
      if (misfit) document.problem([...at, ...misfit.path], `expected ${misfit.expected}, got ${said(misfit.got)}`)
    }
  }
}

/** Later ones win, variable by variable. */
export function mergeVars(...layers: readonly GivenVars[]): GivenVars {
  const merged: Record<string, Record<string, Json>> = {}
  for (const layer of layers) {
    for (const [role, vars] of Object.entries(layer)) merged[role] = { ...merged[role], ...vars }
  }
  return merged
}

interface Misfit {
  readonly path: Path
  readonly expected: string
  readonly got: Json
}

/** The default is the type: a list's first element stands for all of them, null for anything. */
function mismatch(value: Json, sample: Json | AddressesOf): Misfit | undefined {
  if (sample === null) return undefined
  if (sample instanceof AddressesOf) return mismatch(value, ['10.20.0.11'])
  if (Array.isArray(sample)) {
    const [first] = sample as readonly Json[]
    if (!Array.isArray(value))
      return {
        path: [],
        expected: `a list${first === undefined ? '' : ` such as ${JSON.stringify(sample)}`}`,
        got: value,
      }
    if (first === undefined) return undefined
    return firstMisfit(value.map((item, i) => [i, mismatch(item, first)]))
  }
  if (typeof sample === 'object') {
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      return { path: [], expected: 'a map', got: value }
    const fields = value as { readonly [key: string]: Json }
    const samples = sample as { readonly [key: string]: Json }
    return firstMisfit(
      Object.entries(fields).map(([key, field]) => [
        key,
        Object.hasOwn(samples, key) ? mismatch(field, samples[key] as Json) : undefined,
      ]),
    )
  }
  if (typeof value === typeof sample) return undefined
  const kind = { string: 'text', number: 'a number', boolean: 'true or false' }[
    typeof sample as 'string' | 'number' | 'boolean'
  ]
  return { path: [], expected: sample === '' ? kind : `${kind} such as ${JSON.stringify(sample)}`, got: value }
}

function firstMisfit(parts: readonly (readonly [string | number, Misfit | undefined])[]): Misfit | undefined {
  for (const [step, misfit] of parts) if (misfit) return { ...misfit, path: [step, ...misfit.path] }
  return undefined
}
