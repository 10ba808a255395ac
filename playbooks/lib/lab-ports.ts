import type { From, OpenPort } from '../../engine/provider/ec2/ports.ts'
import { controlPlaneGroup } from '../../kube/api/cluster.ts'
import { labRegistry } from '../../kube/registry/lab-registry.ts'
import { nfsServer } from '../../roles/nfs-server/role.ts'

const nodes = { group: 'cluster' }
const controlPlane = { group: controlPlaneGroup }

const open = (
  to: string,
  from: From,
  protocol: 'tcp' | 'udp',
  ports: number | [number, number],
  what: string,
): OpenPort => ({
  to,
  from,
  protocol,
  ports: typeof ports === 'number' ? [ports, ports] : ports,
  what,
})

/** All that is open on the hosts of a lab, for providers with a firewall in front of them. */
export const labPorts: readonly OpenPort[] = [
  open('all', 'operators', 'tcp', 22, 'SSH'),
  open(controlPlaneGroup, 'operators', 'tcp', 6443, 'Kubernetes API'),
  open(controlPlaneGroup, nodes, 'tcp', 6443, 'Kubernetes API'),
  open(controlPlaneGroup, controlPlane, 'tcp', [2379, 2380], 'etcd'),
  open(nodes.group, nodes, 'tcp', 10250, 'kubelet'),
  open(nodes.group, nodes, 'udp', 8472, 'network of the pods'),
  open(nodes.group, 'clients', 'tcp', [30000, 32767], 'NodePorts'),
  open('storage', nodes, 'tcp', 2049, 'NFS'),
  ...(['tcp', 'udp'] as const).flatMap(protocol => [
    open('storage', nodes, protocol, 111, 'rpcbind'),
    open('storage', nodes, protocol, nfsServer.vars.mountdPort, 'mountd'),
  ]),
  open(labRegistry.group, nodes, 'tcp', labRegistry.pullPort, 'registry, to pull'),
  open(labRegistry.group, 'operators', 'tcp', labRegistry.pushPort, 'registry, to push'),
]
