import { expandRange } from '../names.ts'
import type { Converted, ConvertedHost } from './convert.ts'
import type { Login } from './login.ts'

export interface WriteOptions {
  readonly lab: string
  /** What it was made from, for its first line. */
  readonly from: readonly string[]
}

/** An inventory of `provider: static`, with comments that say what could not be carried over and why. */
export function write(converted: Converted, { lab, from }: WriteOptions): string {
  const { login, hosts, groups, notes } = converted
  const common = Object.keys(login).length > 0 ? [`static: ${flow(login)} # how to log in to all of them`] : []
  return [
    comment(`Made from ${from.join(', ')}, an inventory of Ansible's.`),
    ...notes.map(note => comment(`Not carried over: ${note}`)),
    `lab: ${lab}`,
    'provider: static',
    ...common,
    'hosts:',
    ...runs(hosts).flatMap(run => hostLines(run, login)),
    ...(groups.length > 0 ? ['groups:'] : []),
    ...merged(groups).flatMap(({ name, original, children, notes }) => [
      ...notes.map(note => comment(`not carried over: ${note}`, '  ')),
      `  ${name}: ${children.length > 0 ? `{ children: [${children.join(', ')}] }` : '{}'}${named(name, original)}`,
    ]),
    '',
  ].join('\n')
}

/** Hosts that one range of Ansible's names, where ours can say the same of them. */
function runs(hosts: readonly ConvertedHost[]): readonly (readonly ConvertedHost[])[] {
  const found: ConvertedHost[][] = []
  for (const host of hosts) {
    const last = found.at(-1)
    const before = last?.[0]
    const alike = before !== undefined && before.writtenAs === host.writtenAs && host.writtenAs !== host.original
    if (alike && JSON.stringify(rest(before)) === JSON.stringify(rest(host))) last?.push(host)
    else found.push([host])
  }
  return found.flatMap(run => (run.length > 1 && rangeOf(run) === undefined ? run.map(host => [host]) : [run]))
}

const rest = ({ groups, notes, login }: ConvertedHost): unknown => ({ groups, notes, ...login, address: undefined })

/** Our name for all of them, and their address; undefined where a range does not say it. */
function rangeOf(run: readonly ConvertedHost[]): { readonly name: string; readonly address: string } | undefined {
  const range = run[0]?.writtenAs.replace(/:\d+$/, '').replaceAll('[:', '[0:') ?? ''
  const [short = range] = /^(?:\[[^\]]*\]|[^.[\]])+/.exec(range) ?? []
  const is = (text: string, wanted: readonly (string | undefined)[]): boolean =>
    JSON.stringify(expandRange(text)) === JSON.stringify(wanted)
  const names = run.map(({ name }) => name)
  const dashed = range.replaceAll('.', '-')
  const name = [short, dashed, short.toLowerCase(), short.replaceAll('_', '-')].find(text => is(text, names))
  const addresses = run.map(({ login }) => login.address)
  return name !== undefined && is(range, addresses) ? { name, address: range } : undefined
}

function hostLines(run: readonly ConvertedHost[], common: Login): readonly string[] {
  const [host] = run
  if (host === undefined) return []
  const { groups, login, notes, original } = host
  const range = run.length > 1 ? rangeOf(run) : undefined
  const own = Object.entries({ ...login, address: range?.address ?? login.address }).filter(
    ([field, value]) => value !== undefined && !Object.hasOwn(common, field),
  )
  const name = range?.name ?? host.name
  // What is said of it elsewhere, and of the address itself, needs not be said again.
  const also = range === undefined && original !== login.address ? named(name, original) : ''
  return [
    ...notes.map(note => comment(`not carried over: ${note}`, '  ')),
    `  ${scalar(name)}: ${flow({ ...(groups.length > 0 ? { groups } : {}), ...Object.fromEntries(own) })}${also}`,
  ]
}

/** Groups that were given one name are one. */
function merged(groups: Converted['groups']): Converted['groups'] {
  const found = new Map<string, Converted['groups'][number]>()
  for (const group of groups) {
    const before = found.get(group.name)
    found.set(group.name, {
      ...group,
      original: before ? `${before.original}, ${group.original}` : group.original,
      children: [...new Set([...(before?.children ?? []), ...group.children])].filter(child => child !== group.name),
      notes: [...(before?.notes ?? []), ...group.notes],
    })
  }
  return [...found.values()]
}

const named = (name: string, original: string): string =>
  name === original ? '' : ` # ${legible(original)} in Ansible`

/** One line, whatever the text: names and places come from files that somebody else wrote. */
const comment = (text: string, indent = ''): string => `${indent}# ${legible(text)}`
const legible = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]/gu, '\uFFFD')

const flow = (fields: object): string =>
  `{ ${Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${Array.isArray(value) ? `[${value.map(scalar).join(', ')}]` : scalar(value)}`)
    .join(', ')} }`

function scalar(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  const plain = /^[A-Za-z~/][\w.~/@-]*$|^\d+(\.\d+){3}$/.test(value)
  return plain && !/^(true|false|null|~)$/i.test(value) ? value : JSON.stringify(value)
}
