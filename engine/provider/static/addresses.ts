import type { InventoryHost, LabHosts } from '../../inventory/lab.ts'
import type { RefuseHost } from '../../inventory/parse.ts'
import { configOf, loginOf } from './static.ts'

/**
 * Refuses hosts that nothing gives an address: neither the inventory nor a HostName in ssh's files. Names that only a
 * resolver knows are written out, for a host that somebody forgot would else be looked for on the internet. Two names for
 * one machine would be given two roles at once.
 */
export function refuseUnplaced(lab: LabHosts, refuse: RefuseHost): void {
  if (lab.provider !== 'static') return
  const config = configOf(lab)
  const owners = new Map<string, InventoryHost>()
  for (const host of lab.hosts) {
    const { name, size } = host
    const { address, port, jump } = loginOf(host, lab, config)
    if (size.address === undefined && address === name) {
      const hint =
        'give its address, or a name that is looked up; or a HostName in ~/.ssh/config for a Host of this name'
      refuse(name, 'has no address', hint)
    }
    const key = JSON.stringify([address, port, jump.map(hop => [hop.address, hop.port])])
    const other = owners.get(key)
    owners.set(key, host)
    // Of two that are written alike the inventory itself tells.
    if (other !== undefined && (other.size.address ?? other.name) !== (size.address ?? name))
      refuse(name, `is at the address of ${other.name}, too: ${address}`, `${name} needs one of its own`, 'address')
  }
}
