import type { RoleView } from '../../engine/play/role.ts'
import { Late } from '../../engine/resource/late.ts'
import { controlPlaneGroup } from './cluster.ts'

/** Where nodes find the cluster's API: on the first control plane. Never known in a lab that has none. */
export function apiAddressOf(lab: RoleView['lab']): Late<string> {
  const [first] = lab.hostsOf(controlPlaneGroup)
  return first === undefined ? new Late<string>('address of a control plane', () => undefined) : lab.addressOf(first)
}
