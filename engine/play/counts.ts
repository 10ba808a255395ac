import type { HostCount, RunEnd } from '../report/events.ts'
import { sharedTarget } from './hosts.ts'
import type { Run } from './run.ts'

/**
 * What a run has counted: of hosts, in the inventory's order and then those that have left it; apart from them, of what
 * is no host.
 */
export function countsOf({ counts, apis, lab }: Run): Pick<RunEnd, 'hosts' | 'others'> {
  const listed = lab.hosts.map(({ name }) => name)
  const isHost = (name: string) => listed.includes(name) || !(name === sharedTarget || apis.has(name))
  const pick = (names: readonly string[]) =>
    Object.fromEntries(
      names.flatMap((name): [string, HostCount][] => {
        const count = counts.get(name)
        return count ? [[name, count]] : []
      }),
    )
  const names = [...new Set([...listed, ...counts.keys()])]
  const others = pick(names.filter(name => !isHost(name)))
  return { hosts: pick(names.filter(isHost)), ...(Object.keys(others).length > 0 ? { others } : {}) }
}
