import { z } from 'zod'
import { closest, didYouMean } from '../suggest.ts'
import type { InventoryDocument } from './document.ts'
import { listOf, oneOf, only } from './fields.ts'
import { labName } from './names.ts'
import { type ProviderName, providerFields, providerNames } from './provider-fields.ts'

const name = z.string({ error: labName.what }).regex(labName.pattern, { error: labName.what })
const text = z.string({ error: 'a name' })
/** By role, then by variable; values are checked against the roles' own defaults later. */
const vars = z.record(text, z.record(text, z.json(), { error: 'variables of this role, `name: value`' }), {
  error: 'roles, each with its variables',
})

function shapeOf(provider: ProviderName) {
  const { settings, host } = providerFields[provider]
  return only('an inventory: lab, provider, hosts ...', {
    lab: name,
    provider: oneOf(providerNames),
    source: oneOf(['mirror', 'upstream']).default(provider === 'local' ? 'mirror' : 'upstream'),
    [provider as 'settings']: only(`settings of provider ${provider}`, settings).optional(),
    hosts: z.record(
      text,
      only('what the host is, such as { groups: [workers] }', {
        groups: listOf('groups', text).default([]),
        vars: vars.default({}),
        ...(host as z.ZodRawShape),
      }),
      { error: 'hosts, each as `name: { groups: [...] }`' },
    ),
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

export type Shaped = z.infer<ReturnType<typeof shapeOf>>

const shapes = new Map<ProviderName, ReturnType<typeof shapeOf>>()

/** The document's values with their types and defaults. Throws `InventoryError` with all that does not fit. */
export function shaped(document: InventoryDocument): { provider: ProviderName; inventory: Shaped } {
  const provider = providerOf(document)
  const shape = shapes.get(provider) ?? shapeOf(provider)
  shapes.set(provider, shape)
  // Under the provider that was meant: what else is wrong is told along with its name.
  const result = shape.safeParse({ ...(document.value as object), provider })
  if (result.success) document.throwIfAny()
  if (result.success) return { provider, inventory: result.data }
  for (const issue of result.error.issues) tell(document, issue)
  document.throwIfAny()
  throw new Error('a shape was refused without a reason')
}

/** The rest of the shape depends on the provider, so that one that is like no other is told alone. */
function providerOf(document: InventoryDocument): ProviderName {
  const { value } = document
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    document.problem([], `expected an inventory: lab, provider, hosts ..., got ${said(value)}`)
    document.throwIfAny()
  }
  const given = (value as { provider?: unknown }).provider
  const provider = providerNames.find(known => known === given)
  if (provider !== undefined) return provider
  const message = given === undefined ? 'is missing' : `expected a provider, got ${said(given)}`
  document.problem(['provider'], message, didYouMean(String(given), providerNames, 'there are'))
  const meant = providerNames.find(known => known === closest(String(given), providerNames))
  if (meant !== undefined) return meant
  document.throwIfAny()
  throw new Error('unreachable')
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
