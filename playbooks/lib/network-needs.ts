import { isIPv4 } from 'node:net'
import type { LabHosts } from '../../engine/inventory/lab.ts'
import type { RefuseHost } from '../../engine/inventory/parse.ts'
import { overlaps } from '../../engine/provider/lab/subnet.ts'
import { podSubnet, serviceSubnet } from '../../kube/pod-network.ts'

const inUse = { pods: podSubnet, services: serviceSubnet } as const

/** Refuses hosts where pods or services will have their addresses, and networks for them: they would not be reached. */
export function networkNeeds({ provider, settings, hosts }: LabHosts, refuse: RefuseHost): void {
  // There it only says which of a host's addresses is meant.
  const chooses = provider === 'multipass' || 'folder' in settings
  for (const [who, taken] of Object.entries(inUse)) {
    for (const field of ['network', 'subnet'] as const) {
      const network = settings[field]
      if (!chooses && typeof network === 'string' && /^[\d.]+\/\d+$/.test(network) && overlaps(network, taken))
        refuse(undefined, `${network} overlaps with that of the ${who}, ${taken}`, 'such as 10.60.0.0/24', field)
    }
    for (const { name, size } of hosts)
      for (const field of ['address', 'internal'] as const) {
        const address = size[field]
        if (typeof address === 'string' && isIPv4(address) && overlaps(address, taken))
          refuse(name, `${address} is in the network of the ${who}, ${taken}`, 'give the host one of another', field)
      }
  }
}
