import { didYouMean } from '../suggest.ts'
import type { InventoryDocument } from './document.ts'
import { groupName } from './names.ts'
import type { Shaped } from './shape.ts'

export interface Membership {
  /** Hosts by group, in the inventory's order; `all` first. */
  readonly hostsOf: ReadonlyMap<string, readonly string[]>
  /** Groups of a host, `all` first, a group that holds another before it. */
  readonly groupsOf: ReadonlyMap<string, readonly string[]>
}

/**
 * Who is in which group, groups within groups included. A group exists when `groups:` declares it, or a play names it
 * (`known`), or, where plays name none, when a host says it is in it.
 */
export function membership(
  document: InventoryDocument,
  declared: Shaped['groups'],
  direct: ReadonlyMap<string, { readonly groups: readonly string[]; readonly writtenAs: string }>,
  known?: readonly string[],
): Membership {
  const sayHosts = [...direct.values()].flatMap(host => host.groups)
  const named = new Set([...Object.keys(declared), ...(known?.length ? known : sayHosts)])
  checkNames(document, declared, direct, named)
  const holders = holdersOf(declared)
  const cycle = findCycle(declared)
  if (cycle !== undefined) {
    const [group = ''] = cycle
    document.problem(['groups', group, 'children'], `holds itself: ${cycle.join(' > ')}`, 'take one of them out')
  }

  const groupsOf = new Map<string, string[]>()
  const hostsOf = new Map<string, string[]>([['all', []]])
  for (const group of named) hostsOf.set(group, [])
  for (const [host, { groups }] of direct) {
    const found = new Set(['all'])
    const seen = new Set<string>()
    const enter = (group: string) => {
      if (seen.has(group)) return
      seen.add(group)
      for (const holder of holders.get(group) ?? []) enter(holder)
      found.add(group)
    }
    groups.forEach(enter)
    groupsOf.set(host, [...found])
    for (const group of found) hostsOf.get(group)?.push(host)
  }
  return { hostsOf, groupsOf }
}

function checkNames(
  document: InventoryDocument,
  declared: Shaped['groups'],
  direct: ReadonlyMap<string, { readonly groups: readonly string[]; readonly writtenAs: string }>,
  named: ReadonlySet<string>,
): void {
  for (const [group, { children }] of Object.entries(declared)) {
    if (!groupName.pattern.test(group))
      document.problem(['groups', group], `expected ${groupName.what}`, undefined, 'key')
    if (direct.has(group))
      document.problem(['groups', group], 'is also the name of a host', 'rename one of them', 'key')
    children.forEach((child, i) => {
      if (!named.has(child)) unknownGroup(document, ['groups', group, 'children', i], child, named)
    })
  }
  const seen = new Set<string>()
  for (const { groups, writtenAs } of direct.values()) {
    if (seen.has(writtenAs)) continue
    seen.add(writtenAs)
    groups.forEach((group, i) => {
      const path = ['hosts', writtenAs, 'groups', i]
      if (!groupName.pattern.test(group)) document.problem(path, `expected ${groupName.what}`)
      else if (direct.has(group)) document.problem(path, `${group} is also the name of a host`, 'rename one of them')
      else if (!named.has(group)) unknownGroup(document, path, group, named)
    })
  }
}

function unknownGroup(
  document: InventoryDocument,
  path: (string | number)[],
  group: string,
  named: Iterable<string>,
): void {
  const near = didYouMean(group, named, 'there are')
  const hint = `${near}${near.endsWith('?') ? ' A' : '; a'} group of your own is declared under groups`
  document.problem(path, `unknown group ${group}`, hint)
}

function holdersOf(declared: Shaped['groups']): ReadonlyMap<string, readonly string[]> {
  const holders = new Map<string, string[]>()
  for (const [group, { children }] of Object.entries(declared)) {
    for (const child of children) holders.set(child, [...(holders.get(child) ?? []), group])
  }
  return holders
}

/** `a > b > a`, or undefined. */
function findCycle(declared: Shaped['groups']): string[] | undefined {
  const finished = new Set<string>()
  const trail: string[] = []
  const enter = (group: string): string[] | undefined => {
    const met = trail.indexOf(group)
    if (met >= 0) return [...trail.slice(met), group]
    if (finished.has(group) || !Object.hasOwn(declared, group)) return undefined
    trail.push(group)
    for (const child of declared[group]?.children ?? []) {
      const cycle = enter(child)
      if (cycle !== undefined) return cycle
    }
    trail.pop()
    finished.add(group)
    return undefined
  }
  for (const group of Object.keys(declared)) {
    const cycle = enter(group)
    if (cycle !== undefined) return cycle
  }
  return undefined
}
