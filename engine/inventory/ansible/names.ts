import { isIP } from 'node:net'
import { groupName, hostName } from '../names.ts'
import { ansibleError } from './failure.ts'

interface Named {
  readonly name: string
  readonly place: string
}

/** Names that differ only by case are one for DNS and for us, and two for Ansible. */
function refuseTwins(all: readonly Named[], what: string): void {
  const seen = new Map<string, Named>()
  for (const one of all) {
    const other = seen.get(one.name.toLowerCase())
    if (other !== undefined && other.name !== one.name)
      throw ansibleError(
        one.place,
        `the ${what} ${one.name} and ${other.name} (${other.place}) differ only by case`,
        'Rename one of them there.',
      )
    seen.set(one.name.toLowerCase(), one)
  }
}

const label = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')

/**
 * Names by which an inventory of ours can have these groups: `web_servers` is `web-servers`. `renamed` has those that a
 * person chose; several may become one.
 */
export function groupNames(
  groups: readonly Named[],
  renamed: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  refuseTwins(groups, 'groups')
  const names = new Map<string, string>()
  const owners = new Map<string, string>()
  for (const { name, place } of groups) {
    const chosen = renamed.get(name)
    const made = chosen ?? withLetter(label(name), 'group').slice(0, 40)
    const owner = owners.get(made)
    if (!groupName.pattern.test(made))
      throw ansibleError(
        place,
        `${made}, for the group ${name}, is not ${groupName.what}`,
        `Choose another: --group ${name}=NAME`,
      )
    if (owner !== undefined && chosen === undefined)
      throw ansibleError(
        place,
        `the groups ${owner} and ${name} would both be called ${made}`,
        `Choose another: --group ${name}=NAME`,
      )
    owners.set(made, name)
    names.set(name, made)
  }
  return names
}

/**
 * Names for hosts: the first label of a DNS name where that is enough to tell it from all others, else all of it, with
 * hyphens. None is that of a group.
 */
export function hostNames(hosts: readonly Named[], taken: ReadonlySet<string>): ReadonlyMap<string, string> {
  refuseTwins(hosts, 'hosts')
  const short = (name: string): string => withLetter(label(isIP(name) ? name : (name.split('.')[0] ?? '')), 'host')
  const uses = new Map<string, number>()
  for (const { name } of hosts) uses.set(short(name), (uses.get(short(name)) ?? 0) + 1)
  const names = new Map<string, string>()
  const made = new Set(taken)
  for (const { name, place } of hosts) {
    const candidates = [
      ...(uses.get(short(name)) === 1 ? [short(name)] : []),
      withLetter(label(name), 'host'),
      `${short(name)}-host`,
    ]
    const found = candidates.find(candidate => hostName.pattern.test(candidate) && !made.has(candidate))
    if (found === undefined)
      throw ansibleError(place, `no name can be made of ${name}`, `Rename it there: ${hostName.what}.`)
    made.add(found)
    names.set(name, found)
  }
  return names
}

const withLetter = (name: string, word: string): string =>
  (/^[a-z]/.test(name) ? name : `${word}-${name}`).replace(/-+$/, '')
