import { createHash } from 'node:crypto'

/** What a lab's parts are called on this machine. Whatever carries such a name is the lab's, and nothing else is. */
export interface LabNames {
  readonly namespace: string
  /** The operator's end of the cable into the lab's switch. */
  readonly uplink: string
  readonly firewallTable: string
  /** Alias of the uplink and comment of rules in tables of others. */
  readonly tag: string
}

export const labNames = (lab: string): LabNames => ({
  namespace: `andamio-${lab}`,
  uplink: linkName('am-', lab),
  firewallTable: `andamio_${lab.replaceAll('-', '_')}`,
  tag: `andamio:${lab}`,
})

/** The two ends of a host's cable, both in the lab's namespace. */
export interface HostLinks {
  /** Read and written by the host as its network card. */
  readonly card: string
  /** Plugged into the switch. */
  readonly port: string
}

export const hostLinks = (host: string): HostLinks => ({ card: linkName('c-', host), port: linkName('p-', host) })

const longestLinkName = 15

/** Linux allows 15 bytes: a longer name keeps its beginning and ends in a hash of the whole. */
export function linkName(prefix: string, name: string): string {
  if (prefix.length + name.length <= longestLinkName) return prefix + name
  return `${prefix}${name.slice(0, longestLinkName - prefix.length - 7)}-${digest(name).slice(0, 6)}`
}

/**
 * Hardware address of a host's card: the same for life, so that neighbours' caches stay right when it is made again, and
 * another in every lab. `02` marks it as given locally.
 */
export function hardwareAddress(lab: string, host: string): string {
  const bytes = digest(`${lab}/${host}`).match(/../g) ?? []
  return ['02', ...bytes.slice(0, 5)].join(':')
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
