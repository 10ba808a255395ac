import type { LabHosts } from '../../engine/inventory/lab.ts'
import type { RefuseHost } from '../../engine/inventory/parse.ts'
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
export const labPorts = (lab: LabHosts): readonly OpenPort[] => [
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
    open('storage', nodes, protocol, mountdPort(lab), 'mountd'),
  ]),
  open(labRegistry.group, nodes, 'tcp', labRegistry.pullPort, 'registry, to pull'),
  open(labRegistry.group, 'operators', 'tcp', labRegistry.pullPort, 'registry, to look what it has'),
  open(labRegistry.group, 'operators', 'tcp', labRegistry.pushPort, 'registry, to push'),
]

/** The storage host's, where its inventory gives another one. */
function mountdPort({ hosts, groups }: LabHosts): number {
  const [storage] = groups.get('storage') ?? []
  const port = hosts.find(({ name }) => name === storage)?.vars[nfsServer.name]?.mountdPort
  return typeof port === 'number' ? port : nfsServer.vars.mountdPort
}

/** Refuses what could not be opened. */
export function portNeeds(lab: LabHosts, refuse: RefuseHost): void {
  const port = mountdPort(lab)
  const [storage] = lab.groups.get('storage') ?? []
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return
  refuse(storage, `${port} is no port for mountd`, 'a port is a whole number from 1 to 65535')
}
