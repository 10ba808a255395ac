import * as z from 'zod'
import { closest, didYouMean } from '../suggest.ts'
import type { InventoryDocument } from './document.ts'
import { listOf, oneOf, only } from './fields.ts'
import { legible } from './legible.ts'
import { labName, namesHosts } from './names.ts'
import { type ProviderName, providerFields, providerNames } from './provider-fields.ts'

const name = z.string({ error: labName.what }).regex(labName.pattern, { error: labName.what })
const text = z.string({ error: 'a name' })
/** By role, then by variable; values are checked against the roles' own defaults later. */
const vars = z.record(text, z.record(text, z.json(), { error: 'variables of this role, `name: value`' }), {
  error: 'roles, each with its variables',
})

/** Undefined stands for a provider whose fields are not known: any will do, so that the rest can be looked at. */
function shapeOf(provider: ProviderName | undefined) {
  const { settings, host } = provider ? providerFields[provider] : { settings: {}, host: {} }
  const settingsByProvider = provider
    ? { [provider]: only(`settings of provider ${provider}`, settings).optional() }
    : Object.fromEntries(providerNames.map(known => [known, z.unknown().optional()]))
  const member = {
    groups: listOf('groups', text).default([]),
    vars: vars.default({}),
    ...(host as z.ZodRawShape),
  }
  const what = 'what the host is, such as { groups: [workers] }'
  return only('an inventory: lab, provider, hosts ...', {
    lab: name,
    provider: provider ? oneOf(providerNames) : z.unknown(),
    source: oneOf(['mirror', 'upstream']).default(provider === 'local' ? 'mirror' : 'upstream'),
    ...(settingsByProvider as object),
    hosts: z.record(text, provider ? only(what, member) : z.looseObject(member, { error: what }), {
      error: 'hosts, each as `name: { groups: [...] }`',
    }),
    groups: z
      .record(
        text,
        only('what the group holds, such as { children: [workers] }', {
          children: listOf('groups', text).default([]),
          vars: vars.default({}),
        }),
        { error: 'groups, each as `name: { children: [...] }`' },
      )
      .default({}),
    vars: vars.default({}),
  })
}

export type Shaped = Omit<z.infer<ReturnType<typeof shapeOf>>, 'provider'>

/**
 * The document's values with their types and defaults; where they do not fit, what of them can be read. Whoever calls
 * this looks on, and then has the document throw all that has been told.
 */
export function shaped(
  document: InventoryDocument,
  available: readonly ProviderName[] = providerNames,
): { provider: ProviderName | undefined; inventory: Shaped } {
  const { value } = document
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    document.problem([], `expected an inventory: lab, provider, hosts ..., got ${said(value)}`)
    document.throwIfAny()
  }
  const given = (value as { provider?: unknown }).provider
  const provider = providerOf(document, given, available)
  // Under the provider that was meant: what else is wrong is told along with its name.
  const result = shapeOf(provider).safeParse({ ...(value as object), provider })
  if (result.success) return { provider, inventory: result.data }
  for (const issue of result.error.issues) tell(document, issue)
  return { provider, inventory: legible(value) as Shaped }
}

/** Undefined, and told, where it is none of those that there are, nor near to one. */
function providerOf(
  document: InventoryDocument,
  given: unknown,
  available: readonly ProviderName[],
): ProviderName | undefined {
  const provider = available.find(known => known === given)
  if (provider !== undefined) return provider
  if (providerNames.some(known => known === given)) {
    const hint = `use ${available.join(' or ')}; static takes the addresses of hosts that you have made yourself`
    document.problem(['provider'], `${given} is not part of this version`, hint)
    return undefined
  }
  const message = given === undefined ? 'is missing' : `expected a provider, got ${said(given)}`
  document.problem(['provider'], message, didYouMean(String(given), available, 'there are'))
  return available.find(known => known === closest(String(given), available))
}

function tell(document: InventoryDocument, issue: z.core.$ZodIssue): void {
  const path = issue.path.map(step => (typeof step === 'symbol' ? String(step) : step))
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.replace(/^.*: /, '').split(', ')
    for (const key of issue.keys)
      document.problem([...path, key], 'unknown key', didYouMean(key, known, 'known here'), 'key')
    return
  }
  const got = path.reduce<unknown>(
    (value, step) => (value as Record<string | number, unknown> | null)?.[step],
    document.value,
  )
  // Of what is refused by its name, nothing is missed.
  const [where, key] = path
  if (got === undefined && where === 'hosts' && path.length > 2 && !namesHosts(String(key))) return
  if (got === undefined) document.problem(path, `is missing, expected ${issue.message}`)
  else document.problem(path, `expected ${issue.message}, got ${said(got)}`)
}

/** A value as a person would point at it: short. */
export function said(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  const written = JSON.stringify(value) ?? 'nothing'
  return written.length > 50 ? `${written.slice(0, 49)}…` : written
}
