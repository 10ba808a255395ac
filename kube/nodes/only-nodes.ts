import { present, type Resource } from '../../engine/resource/resource.ts'
import { cluster } from '../api/cluster.ts'
import type { Node } from '../api/objects.ts'
import type { ClusterReader } from '../api/reader.ts'
import type { ClusterWriter } from '../api/writer.ts'
import { labLabel } from '../kubeadm/paths.ts'
import { removeNode } from './drain.ts'

/** Names of nodes that the lab once made and that its inventory no longer lists. Nodes that others joined never are. */
export async function strayNodes(
  reader: ClusterReader,
  lab: string,
  hosts: readonly string[],
): Promise<readonly string[]> {
  const ours = await reader.list<Node>({ apiVersion: 'v1', kind: 'Node' }, { labelSelector: `${labLabel}=${lab}` })
  return ours.map(({ metadata }) => metadata.name).filter(name => !hosts.includes(name))
}

/**
 * The lab's nodes are the inventory's hosts: others are cordoned, drained and deleted, one after the other. Not for a
 * run under `--limit`, and for others only after the operator was asked.
 */
export function onlyNodes(
  lab: string,
  hosts: readonly string[],
  drainLimitSeconds = 300,
): Resource<readonly string[], ClusterWriter> {
  return {
    kind: 'only-nodes',
    id: lab,
    probe: {
      of: 'api',
      target: cluster,
      read: async (reader: ClusterReader) => present(await strayNodes(reader, lab, hosts)),
    },
    diff: is => (is.is === 'present' ? is.state : []).map(node => ({ attribute: node, before: 'node', after: null })),
    async apply(on, is) {
      for (const node of is.is === 'present' ? is.state : []) await removeNode(on, node, drainLimitSeconds)
    },
  }
}
