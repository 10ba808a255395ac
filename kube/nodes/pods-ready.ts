import { present, type Resource } from '../../engine/resource/resource.ts'
import { cluster } from '../api/cluster.ts'
import type { Pod } from '../api/objects.ts'
import type { ClusterReader } from '../api/reader.ts'
import type { ClusterWriter } from '../api/writer.ts'
import { podTroubles } from './pod-trouble.ts'
import { podReadiness } from './readiness.ts'

export interface PodsWanted {
  /** For people: `flannel on worker1`; the resource's id. */
  readonly what: string
  readonly namespace: string
  readonly selector: string
  /** Only those on this node. */
  readonly node?: string
  /** Default 1. */
  readonly atLeast?: number
  /** Default 600. */
  readonly limitSeconds?: number
}

/** Pods that are ready, and why the others are not. */
type Pods = { readonly ready: number; readonly trouble: readonly string[] }

/** Waits until pods are ready, saying which is not and why: an image that does not come, a probe that fails. */
export function podsReady(wanted: PodsWanted): Resource<Pods, ClusterWriter> {
  const { what, namespace, selector, node, atLeast = 1, limitSeconds = 600 } = wanted

  const look = (reader: ClusterReader): Promise<readonly Pod[]> =>
    reader.list<Pod>(
      { apiVersion: 'v1', kind: 'Pod' },
      { namespace, labelSelector: selector, ...(node ? { fieldSelector: `spec.nodeName=${node}` } : {}) },
    )
  function judge(pods: readonly Pod[]): Pods {
    const stands = pods.map(pod => ({ name: pod.metadata.name, ...podReadiness(pod) }))
    return {
      ready: stands.filter(({ ready }) => ready).length,
      trouble: stands.filter(({ ready }) => !ready).map(({ name, why }) => `${name}: ${why}`),
    }
  }
  const met = ({ ready, trouble }: Pods): boolean => trouble.length === 0 && ready >= atLeast

  return {
    kind: 'pods-ready',
    id: what,
    waits: true,
    probe: { of: 'api', target: cluster, read: async (reader: ClusterReader) => present(judge(await look(reader))) },
    diff: is => (is.is === 'present' && met(is.state) ? [] : [{ attribute: 'ready', before: false, after: true }]),
    async apply(on) {
      await on.until(`${what} to be ready`, limitSeconds, async () => {
        const pods = await look(on)
        const found = judge(pods)
        if (met(found)) return true
        const troubles = await podTroubles(on, pods)
        return troubles.length > 0 ? troubles.join('; ') : `${found.ready} of ${atLeast} pods are there`
      })
    },
  }
}
