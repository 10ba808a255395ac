import { usageError } from '../errors.ts'
import { didYouMean } from '../suggest.ts'

/**
 * The hosts that `--limit` leaves, in the inventory's order. Ansible's words: a host, a group, a glob, a list of these
 * by comma; `&` keeps only what is also in it, `!` takes away. Exclusions come last, wherever they stand.
 */
export function limitTo(
  pattern: string,
  hosts: readonly string[],
  groups: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const terms = pattern.split(/[,\s]+/).filter(term => term !== '')
  const plain = terms.filter(term => !/^[!&]/.test(term))
  const marked = (mark: string) => terms.filter(term => term.startsWith(mark)).map(term => term.slice(1))
  const find = (term: string) => matching(term, hosts, groups)

  let left = new Set(plain.length === 0 ? hosts : plain.flatMap(find))
  for (const term of marked('&')) left = new Set(find(term).filter(host => left.has(host)))
  for (const term of marked('!')) for (const host of find(term)) left.delete(host)

  if (terms.length === 0 || left.size === 0) {
    throw usageError({
      code: 'limit-matches-nothing',
      message: `--limit ${JSON.stringify(pattern)} leaves no host`,
      place: '--limit',
      next: `Name hosts or groups; there are ${[...hosts, ...groups.keys()].join(', ')}`,
    })
  }
  return hosts.filter(host => left.has(host))
}

function matching(
  term: string,
  hosts: readonly string[],
  groups: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const fits = globMatcher(term)
  const byGroup = [...groups].filter(([group]) => fits(group)).flatMap(([, members]) => members)
  const byName = hosts.filter(fits)
  if (byName.length > 0 || [...groups.keys()].some(fits)) return [...byName, ...byGroup]
  throw usageError({
    code: 'limit-unknown',
    message: `--limit: there is no host or group ${JSON.stringify(term)}`,
    place: '--limit',
    next: didYouMean(term, [...hosts, ...groups.keys()], 'there are'),
  })
}

/** `*` any run, `?` any one character, everything else itself. */
function globMatcher(glob: string): (name: string) => boolean {
  const source = glob.replace(/[.+^${}()|[\]\\*?]/g, at => ({ '*': '.*', '?': '.' })[at] ?? `\\${at}`)
  const pattern = new RegExp(`^${source}$`)
  return name => pattern.test(name)
}
