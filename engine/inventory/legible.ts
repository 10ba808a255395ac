import type { Json } from '../report/events.ts'

/**
 * What can still be read of an inventory that does not fit its shape, so that its other mistakes are told in the same
 * breath: which hosts there are, who is in which group, which variables are set. What cannot be read is as if it were
 * not there, for it has been told already.
 */
export function legible(value: Json): Legible {
  const { lab, hosts, groups, vars, ...rest } = mapOf(value)
  return {
    ...rest,
    lab: String(lab),
    source: 'upstream',
    hosts: each(hosts, host => ({ ...host, groups: namesOf(host.groups), vars: varsOf(host.vars) })),
    groups: each(groups, group => ({ children: namesOf(group.children), vars: varsOf(group.vars) })),
    vars: varsOf(vars),
  }
}

interface Legible {
  readonly lab: string
  readonly source: 'upstream'
  readonly hosts: Readonly<Record<string, { readonly groups: string[]; readonly vars: Vars }>>
  readonly groups: Readonly<Record<string, { readonly children: string[]; readonly vars: Vars }>>
  readonly vars: Vars
}
type Vars = Readonly<Record<string, JsonMap>>
type JsonMap = { readonly [key: string]: Json }

const isMap = (value: unknown): value is JsonMap => value !== null && typeof value === 'object' && !Array.isArray(value)
const mapOf = (value: unknown): JsonMap => (isMap(value) ? value : {})

const each = <T>(value: unknown, read: (member: JsonMap) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(mapOf(value)).map(([name, member]) => [name, read(mapOf(member))]))

/** All or none: a problem is told by a name's number in its list. */
const namesOf = (value: unknown): string[] =>
  Array.isArray(value) && value.every(name => typeof name === 'string') ? value : []

const varsOf = (value: unknown): Vars =>
  Object.fromEntries(Object.entries(mapOf(value)).flatMap(([role, vars]) => (isMap(vars) ? [[role, vars]] : [])))
