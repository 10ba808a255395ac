import { present, type Resource } from '../../engine/resource/resource.ts'
import { cluster } from '../api/cluster.ts'
import type { Node } from '../api/objects.ts'
import type { ClusterReader } from '../api/reader.ts'
import type { ClusterWriter } from '../api/writer.ts'
import { readiness } from './readiness.ts'

/** Why a node is not ready, by its name; empty when all are. */
type Trouble = { readonly [node: string]: string }

/** Waits until these nodes are Ready, saying of each what its kubelet lacks. */
export function nodesReady(names: readonly string[], limitSeconds = 600): Resource<Trouble, ClusterWriter> {
  async function look(reader: ClusterReader): Promise<Trouble> {
    const nodes = new Map(
      (await reader.list<Node>({ apiVersion: 'v1', kind: 'Node' })).map(node => [node.metadata.name, node]),
    )
    const trouble = names.flatMap(name => {
      const node = nodes.get(name)
      const { ready, why } = node ? readiness(node) : { ready: false, why: 'the cluster has no node of this name' }
      return ready ? [] : [[name, why] as const]
    })
    return Object.fromEntries(trouble)
  }
  return {
    kind: 'nodes-ready',
    id: names.join(', '),
    waits: true,
    probe: { of: 'api', target: cluster, read: async (reader: ClusterReader) => present(await look(reader)) },
    diff: is =>
      (is.is === 'present' ? Object.keys(is.state) : names).map(node => ({
        attribute: node,
        before: 'not ready',
        after: 'ready',
      })),
    async apply(on) {
      await on.until(`nodes to be ready`, limitSeconds, async () => {
        const trouble = Object.entries(await look(on))
        return trouble.length === 0 || trouble.map(([name, why]) => `${name}: ${why}`).join('; ')
      })
    },
  }
}
