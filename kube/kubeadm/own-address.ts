import { isIPv4 } from 'node:net'
import type { Failure } from '../../engine/report/events.ts'
import type { Late } from '../../engine/resource/late.ts'

export interface NodeAddress {
  readonly host: string
  /** That by which the other hosts know it. */
  readonly address: Late<string>
  /** Those that it has. */
  readonly own: Late<readonly string[]>
}

/** Refuses a node whose address is none of its own: its kubelet would never be ready, and kubeadm wait until its limit. */
export function strangeAddress({ host, address, own }: NodeAddress): Failure | undefined {
  const [known, has] = [address.value, own.value]
  if (known === undefined || has === undefined || !isIPv4(known) || has.includes(known)) return undefined
  return {
    code: 'address-not-own',
    message: `${known} is none of the addresses of ${host}`,
    place: host,
    cause: `it has ${has.join(', ') || 'none'}; a kubelet takes no other`,
    next: 'Say by `internal` in the inventory which of them the other hosts reach.',
  }
}
