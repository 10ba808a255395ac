import { InventoryDocument, type Path } from './document.ts'
import { membership } from './groups.ts'
import type { InventoryHost, LabHosts } from './lab.ts'
import { limitTo } from './limit.ts'
import { expandRange, hostName, MAX_HOSTS, MAX_STANDING_HOSTS } from './names.ts'
import type { ProviderName } from './provider-fields.ts'
import { type Shaped, shaped } from './shape.ts'
import { checkVars, mergeVars, type RoleVars, type SetElsewhere } from './variables.ts'

/**
 * Tells of a problem with a host, at its line; without one, with the hosts as a whole; of something else, at its path. With
 * a field, at that field of the host or, where the host does not have it, of the provider's settings.
 */
export type RefuseHost = (
  of: string | readonly string[] | undefined,
  message: string,
  hint: string,
  field?: string,
) => void

export interface ParseOptions {
  readonly roleVars: RoleVars
  readonly setElsewhere?: SetElsewhere
  /** Groups that plays name; a host's group must be one of these or be declared. Without it, every group exists. */
  readonly knownGroups?: readonly string[]
  /** Providers that there are in this version; default all that inventories may know. */
  readonly providers?: readonly ProviderName[]
  readonly limit?: string
  /** What is asked of the lab as a whole by those who know what it is for. */
  readonly needs?: (lab: LabHosts, refuse: RefuseHost) => void
}

type HostEntry = Shaped['hosts'][string] & { readonly writtenAs: string }

/** An inventory's text as a checked lab. Throws `InventoryError` with every problem found, each with its place. */
export function parseInventory(file: string, text: string, options: ParseOptions): LabHosts {
  const document = new InventoryDocument(file, text)
  const { provider: told, inventory } = shaped(document, options.providers)
  const provider = told ?? 'static'
  const entries = expandHosts(document, inventory.hosts, provider === 'static' ? MAX_STANDING_HOSTS : MAX_HOSTS)
  const { groupsOf, hostsOf } = membership(document, inventory.groups, entries, options.knownGroups)

  checkVars(document, ['vars'], inventory.vars, options.roleVars, options.setElsewhere)
  for (const [group, { vars }] of Object.entries(inventory.groups)) {
    checkVars(document, ['groups', group, 'vars'], vars, options.roleVars, options.setElsewhere)
  }
  for (const [host, { vars }] of Object.entries(inventory.hosts)) {
    checkVars(document, ['hosts', host, 'vars'], vars, options.roleVars, options.setElsewhere)
  }
  refuseSharedAddresses(document, entries)
  refuseUnreadUserData(document, entries)

  // With what is not as it is to be, those who ask on could not go about.
  const sound = document.soundness()
  const fieldsOf = (at: Path, written: unknown): Record<string, unknown> =>
    Object.fromEntries(Object.entries(written ?? {}).filter(([field]) => sound([...at, field])))
  const hosts = [...entries].map(([name, { groups: _, vars, writtenAs, ...size }]): InventoryHost => {
    const groups = groupsOf.get(name) ?? []
    const groupVars = groups.map(group => inventory.groups[group]?.vars ?? {})
    return {
      name,
      groups,
      size: fieldsOf(['hosts', writtenAs], size) as InventoryHost['size'],
      vars: mergeVars(inventory.vars, ...groupVars, vars),
    }
  })
  const names = hosts.map(host => host.name)
  const settings = fieldsOf([provider], (inventory as Record<string, unknown>)[provider])
  const lab: LabHosts = {
    name: inventory.lab,
    file,
    provider,
    settings: settings as LabHosts['settings'],
    source: inventory.source,
    hosts,
    selected: names,
    groups: hostsOf,
    vars: inventory.vars,
  }
  // Of groups or a provider that are not as they were meant, nothing can be asked.
  const meant = document.soundAt(/^(hosts|groups|vars)?$|^groups\.|^hosts\.[^.]*(\.groups\b.*)?$/)
  if (told !== undefined && meant && document.soundAt(new RegExp(`^${provider}$`)))
    try {
      options.needs?.(lab, refusal(document, entries, provider, sound))
    } catch (error) {
      // A file beside the inventory is amiss: what the inventory itself has against it is told first, and whole.
      document.throwIfAny()
      throw error
    }
  document.throwIfAny()
  return options.limit === undefined ? lab : { ...lab, selected: limitTo(options.limit, names, hostsOf) }
}

/** `known` tells which fields are as they are to be: of the others all has been said. */
const refusal =
  (
    document: InventoryDocument,
    entries: ReadonlyMap<string, HostEntry>,
    provider: string,
    known: (path: Path) => boolean,
  ): RefuseHost =>
  (of, message, hint, field) => {
    if (Array.isArray(of)) return document.problem(of, message, hint)
    const host = of as string | undefined
    const entry = host === undefined ? undefined : entries.get(host)
    const inHost = ['hosts', ...(host === undefined ? [] : [entry?.writtenAs ?? host])]
    // What is asked of a host as a whole may only seem to be amiss where one of its fields is.
    if (field === undefined) {
      if (entry === undefined || known(inHost)) document.problem(inHost, message, hint, 'key')
      return
    }
    const path = [...(entry && field in entry ? inHost : [provider]), field]
    if (known(path)) document.problem(path, message, hint)
  }

function expandHosts(
  document: InventoryDocument,
  written: Shaped['hosts'],
  most: number,
): ReadonlyMap<string, HostEntry> {
  const entries = new Map<string, HostEntry>()
  for (const [writtenAs, host] of Object.entries(written)) {
    const names = expandRange(writtenAs)
    const refuse = (message: string, hint?: string) => document.problem(['hosts', writtenAs], message, hint, 'key')
    if (typeof names === 'string') {
      refuse(names, 'worker[1:3] is worker1, worker2 and worker3')
      continue
    }
    const own = ownAddresses(document, writtenAs, host, names.length)
    for (const [i, name] of names.entries()) {
      const earlier = entries.get(name)
      if (!hostName.pattern.test(name)) refuse(`expected ${hostName.what}`)
      else if (earlier)
        refuse(`host ${name} is already there`, `it is in ${earlier.writtenAs}, too: rename or remove one`)
      else entries.set(name, { ...host, ...own(i), writtenAs })
      if (!hostName.pattern.test(name)) break
    }
  }
  const none = Object.keys(written).length === 0 && document.soundAt(/^hosts$/)
  if (none) document.problem(['hosts'], 'holds no host', 'a lab needs at least one')
  if (entries.size > most) document.problem(['hosts'], `holds ${entries.size} hosts, more than ${most}`)
  return entries
}

/** What of the fields that hold addresses is the host's alone: `10.20.0.[11:13]` has one for each of a range. */
function ownAddresses(
  document: InventoryDocument,
  writtenAs: string,
  host: Shaped['hosts'][string],
  count: number,
): (i: number) => Readonly<Record<string, string>> {
  const lists = ['address', 'internal'].flatMap(field => {
    const written = (host as Record<string, unknown>)[field]
    const all = typeof written === 'string' && written.includes('[') ? expandRange(written) : ''
    if (typeof all === 'string') return []
    if (all.length === count) return [[field, all] as const]
    const message = `expected as many addresses as hosts, ${count}, got ${all.length}`
    document.problem(['hosts', writtenAs, field], message, 'worker[1:3] goes with 10.20.0.[11:13]')
    return []
  })
  return i => Object.fromEntries(lists.map(([field, all]) => [field, all[i] as string]))
}

/** Two names for one machine would be given two roles at once, and two hostnames in turn. */
function refuseSharedAddresses(document: InventoryDocument, entries: ReadonlyMap<string, HostEntry>): void {
  const owner = new Map<string, string>()
  for (const [name, entry] of entries) {
    const { address, port, jump } = entry as { address?: unknown; port?: unknown; jump?: unknown }
    // A range that does not fit its hosts has been told.
    if (address === undefined || String(address).includes('[')) continue
    const key = JSON.stringify([address, port ?? 22, jump ?? []])
    const other = owner.get(key)
    owner.set(key, name)
    const path = ['hosts', entry.writtenAs, 'address']
    if (other !== undefined) document.problem(path, `is the address of ${other}, too`, `${name} needs one of its own`)
  }
}

/** Only cloud-init reads it: on another image it would silently do nothing. */
function refuseUnreadUserData(document: InventoryDocument, entries: ReadonlyMap<string, HostEntry>): void {
  const unread = [...entries.values()].filter(entry => {
    const { userData, image } = entry as { userData?: unknown; image?: unknown }
    return userData !== undefined && image !== 'cloud'
  })
  for (const written of new Set(unread.map(({ writtenAs }) => writtenAs))) {
    const path = ['hosts', written, 'userData']
    document.problem(path, 'nothing would read it', 'user data is for cloud-init: add `image: cloud`', 'key')
  }
}
