import type { SshEndpoint } from '../../connection/connection.ts'
import { labEndpoint } from '../lab/endpoint.ts'
import type { Found } from '../provider.ts'
import { mineOf } from './alive.ts'
import type { Ec2Lab } from './lab.ts'
import { isAlive, type SeenInstance } from './seen.ts'

/** How the hosts stand, by what the account shows. */
export function findHosts(
  lab: Ec2Lab,
  hosts: readonly string[],
  seen: readonly SeenInstance[],
): ReadonlyMap<string, Found> {
  const there = seen.filter(isAlive)
  return new Map(hosts.map(host => [host, findHost(lab, host, mineOf(lab, there, host))]))
}

function findHost(lab: Ec2Lab, host: string, [found, second]: readonly SeenInstance[]): Found {
  if (!found) return { is: 'absent' }
  if (second) return { is: 'unknown', why: `two instances are ${host}: ${found.id} and ${second.id}` }
  const { state, address } = found
  const endpoint = endpointTo(lab, host, found)
  if (state !== 'running' || address === undefined || endpoint === undefined)
    return { is: 'stopped', ...(address === undefined ? {} : { address }) }
  return { is: 'running', address, endpoint }
}

/** The way to a host's instance; undefined while it has no address. */
export function endpointTo(
  { layout, login }: Pick<Ec2Lab, 'layout' | 'login'>,
  host: string,
  { address, publicAddress }: SeenInstance,
): SshEndpoint | undefined {
  const reached = login.jump.length > 0 ? address : (publicAddress ?? address)
  if (reached === undefined) return undefined
  return labEndpoint(host, layout.host(host), reached, { ...login, identityFiles: [layout.loginKey] })
}
