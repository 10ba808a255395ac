import type { IpPermission } from '@aws-sdk/client-ec2'
import { groupsOf, type OpenPort } from './ports.ts'

/**
 * One rule as one line: `tcp 22 203.0.113.7/32`, `udp 8472 group workers`. Two rules are the same when their lines are.
 */
export type RuleLine = string

export interface Networks {
  readonly operators: string
  readonly clients: string
}

/** What is to be open into a group's hosts. */
export function wishedRules(
  group: string,
  table: readonly OpenPort[],
  hosts: ReadonlyMap<string, readonly string[]>,
  networks: Networks,
): ReadonlyMap<RuleLine, string> {
  const there = new Set(groupsOf(table, hosts))
  return new Map(
    table
      .filter(({ to, from }) => to === group && (typeof from === 'string' || there.has(from.group)))
      .map(({ from, protocol, ports, what }) => [
        `${protocol} ${portWords(ports)} ${typeof from === 'object' ? `group ${from.group}` : networks[from]}`,
        what,
      ]),
  )
}

const portWords = ([first, last]: readonly [number, number]): string =>
  first === last ? String(first) : `${first}-${last}`

/** What is open, rule by rule. `nameOf` tells the lab's own security groups by their ids. */
export function seenRules(
  permissions: readonly IpPermission[],
  nameOf: (id: string) => string | undefined,
): ReadonlyMap<RuleLine, IpPermission> {
  const rules = new Map<RuleLine, IpPermission>()
  for (const permission of permissions) {
    const { IpProtocol = '-1', FromPort, ToPort } = permission
    const range = { IpProtocol, ...(FromPort === undefined ? {} : { FromPort, ToPort }) }
    const head = `${IpProtocol === '-1' ? 'all' : IpProtocol} ${FromPort === undefined ? 'all' : portWords([FromPort, ToPort ?? FromPort])}`
    const add = (from: string, source: IpPermission) => rules.set(`${head} ${from}`, { ...range, ...source })
    for (const { CidrIp = '' } of permission.IpRanges ?? []) add(CidrIp, { IpRanges: [{ CidrIp }] })
    for (const { CidrIpv6 = '' } of permission.Ipv6Ranges ?? []) add(CidrIpv6, { Ipv6Ranges: [{ CidrIpv6 }] })
    for (const { PrefixListId = '' } of permission.PrefixListIds ?? [])
      add(`list ${PrefixListId}`, { PrefixListIds: [{ PrefixListId }] })
    for (const pair of permission.UserIdGroupPairs ?? [])
      add(`group ${nameOf(pair.GroupId ?? '') ?? pair.GroupId}`, { UserIdGroupPairs: [pair] })
  }
  return rules
}

/** A line as EC2 takes it. */
export function permissionOf(line: RuleLine, what: string, idOf: (group: string) => string): IpPermission {
  const [IpProtocol = '', ports = '', ...from] = line.split(' ')
  const [FromPort = 0, ToPort = FromPort] = ports.split('-').map(Number)
  const [first = '', second = ''] = from
  const source =
    first === 'group'
      ? { UserIdGroupPairs: [{ GroupId: idOf(second), Description: what }] }
      : { IpRanges: [{ CidrIp: first, Description: what }] }
  return { IpProtocol, FromPort, ToPort, ...source }
}
