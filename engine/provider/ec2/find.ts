import type { SshEndpoint } from '../../connection/connection.ts'
import { labEndpoint } from '../lab/endpoint.ts'
import type { Found } from '../provider.ts'
import { alive } from './instance.ts'
import { type Ec2Lab, foreign } from './lab.ts'
import { isAlive, type SeenInstance } from './seen.ts'

export interface Login {
  readonly user: string
  /** Hosts to go through, outermost first; then hosts are reached at their private addresses. */
  readonly jump: readonly SshEndpoint[]
}

/** How the hosts stand, by what the account shows. */
export function findHosts(
  lab: Ec2Lab,
  hosts: readonly string[],
  seen: readonly SeenInstance[],
  login: Login,
): ReadonlyMap<string, Found> {
  const why = foreign(lab, seen.filter(isAlive))
  return new Map(
    hosts.map(host => [host, why === undefined ? findHost(lab, host, seen, login) : { is: 'unknown', why }]),
  )
}

function findHost(lab: Ec2Lab, host: string, seen: readonly SeenInstance[], login: Login): Found {
  const [found, second] = alive(lab, seen, host)
  if (!found) return { is: 'absent' }
  if (second) return { is: 'unknown', why: `two instances are ${host}: ${found.id} and ${second.id}` }
  const { state, address, publicAddress } = found
  const reached = login.jump.length > 0 ? address : (publicAddress ?? address)
  if (state !== 'running' || address === undefined || reached === undefined)
    return { is: 'stopped', ...(address === undefined ? {} : { address }) }
  const { loginKey, host: layoutOf } = lab.layout
  const endpoint = labEndpoint(host, layoutOf(host), reached, { ...login, identityFiles: [loginKey] })
  return { is: 'running', address, endpoint }
}
