import type { LabHosts } from '../../engine/inventory/lab.ts'
import type { RefuseHost } from '../../engine/inventory/parse.ts'
import { overlaps } from '../../engine/provider/lab/subnet.ts'
import { podSubnet, serviceSubnet } from '../../kube/pod-network.ts'

const inUse = { pods: podSubnet, services: serviceSubnet } as const

/** Refuses a network for hosts in which pods or services will have their addresses: hosts there would not be reached. */
export function networkNeeds({ provider, settings }: LabHosts, refuse: RefuseHost): void {
  const { network } = settings as { network?: unknown }
  if (provider !== 'ec2' || typeof network !== 'string' || !/^[\d.]+\/\d+$/.test(network)) return
  for (const [who, subnet] of Object.entries(inUse))
    if (overlaps(network, subnet))
      refuse(undefined, `${network} overlaps with that of the ${who}, ${subnet}`, 'such as 10.60.0.0/24', 'network')
}
