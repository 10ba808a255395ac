import { labEndpoint } from '../lab/endpoint.ts'
import type { LabLayout } from '../lab/layout.ts'
import type { Found } from '../provider.ts'
import type { Instance } from './instances.ts'
import { recordedName } from './record.ts'
import { standingOf, wordsOf } from './standing.ts'

/** Who Ubuntu's images let in. */
export const loginUser = 'ubuntu'

/** Multipass's list, or why it was not had. */
export type Instances = ReadonlyMap<string, Instance> | Error

/** How a host stands, by the name that it was given and Multipass's list. */
export function findInstance(host: string, lab: LabLayout, list: Instances, network: string | undefined): Found {
  const layout = lab.host(host)
  const name = recordedName(layout)
  if (name === undefined) return { is: 'absent' }
  if (list instanceof Error) return { is: 'unknown', why: list.message }
  const instance = list.get(name)
  if (instance === undefined) return { is: 'absent' }
  const stands = standingOf(instance, network)
  if (stands.is === 'unclear') return { is: 'unknown', why: stands.why }
  if (stands.is !== 'running') return { is: 'stopped', why: wordsOf(stands) }
  const { address } = stands
  return {
    is: 'running',
    address,
    endpoint: labEndpoint(host, layout, address, { user: loginUser, identityFiles: [lab.loginKey] }),
  }
}
