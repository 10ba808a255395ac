import type { Node, ObjectRef, Pod } from '../api/objects.ts'
import type { ClusterWriter } from '../api/writer.ts'
import { readiness } from './readiness.ts'

const mirrorAnnotation = 'kubernetes.io/config.mirror'

/**
 * Takes a node out of the cluster: nothing new lands on it, its pods are asked to leave as their PodDisruptionBudgets
 * allow, then the node is deleted. A node that is not ready cannot let its pods go; the cluster drops them with it.
 */
export async function removeNode(api: ClusterWriter, name: string, limitSeconds: number): Promise<void> {
  const ref: ObjectRef = { apiVersion: 'v1', kind: 'Node', name }
  const node = await api.get<Node>(ref)
  if (!node) return
  await api.patch(ref, { spec: { unschedulable: true } })
  await api.until(`pods to leave ${name}`, limitSeconds, () => leave(api, node))
  await api.delete(ref, node.metadata.uid)
}

/** One round: asks each pod that is still there to leave. */
async function leave(api: ClusterWriter, node: Node): Promise<true | string> {
  const name = node.metadata.name
  const pods = await api.list<Pod>({ apiVersion: 'v1', kind: 'Pod' }, { fieldSelector: `spec.nodeName=${name}` })
  const staying = pods.filter(isMovable)
  const alive = readiness(node).ready
  const answers = await Promise.all(
    staying.map(async ({ metadata: { namespace = '', name: pod, deletionTimestamp } }) => {
      if (deletionTimestamp !== undefined) return alive ? `${pod} is going` : undefined
      const goes = await api.evict(namespace, pod)
      if (!goes) return `${pod} is held by its PodDisruptionBudget`
      return alive ? `${pod} is going` : undefined
    }),
  )
  const missing = answers.filter(answer => answer !== undefined)
  return missing.length === 0 || missing.join('; ')
}

/** DaemonSets put a pod back at once, and static pods belong to the node. */
function isMovable({ metadata, status }: Pod): boolean {
  if (metadata.annotations?.[mirrorAnnotation] !== undefined) return false
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return false
  return !metadata.ownerReferences?.some(owner => owner.controller && owner.kind === 'DaemonSet')
}
