/** Who may reach a port: hosts of a group, this machine and those beside it, or whoever uses what runs on the lab. */
export type From = { readonly group: string } | 'operators' | 'clients'

/** One line of the table of what a lab opens. Nothing else is open. */
export interface OpenPort {
  /** Hosts of this group, or `all`. */
  readonly to: string
  readonly from: From
  readonly protocol: 'tcp' | 'udp'
  /** First and last. */
  readonly ports: readonly [number, number]
  readonly what: string
}

/** The groups of a lab that have a security group of their own: those that the table speaks of, as receiver or source. */
export function groupsOf(table: readonly OpenPort[], hosts: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const named = table.flatMap(({ to, from }) => (typeof from === 'object' ? [to, from.group] : [to]))
  return [...new Set(['all', ...named])].filter(group => group === 'all' || (hosts.get(group) ?? []).length > 0)
}
