import type { ApiProbe } from '../../engine/resource/probe.ts'
import { present } from '../../engine/resource/resource.ts'
import { cluster } from '../api/cluster.ts'
import { ApiRefusal } from '../api/errors.ts'
import type { ObjectRef } from '../api/objects.ts'
import type { ClusterReader } from '../api/reader.ts'

/** What the API says of how complete the cluster is. */
export type ClusterParts = {
  /** Checks of the API server that fail; empty when it is ready. */
  readonly failing: readonly string[]
  /** What an init brings about and is not there. */
  readonly missing: readonly string[]
}

const part = (apiVersion: string, kind: string, namespace: string, name: string): ObjectRef => ({
  apiVersion,
  kind,
  name,
  namespace,
})

/** One object for each of init's phases that write to the API. */
const parts: Readonly<Record<string, ObjectRef>> = {
  'its configuration': part('v1', 'ConfigMap', 'kube-system', 'kubeadm-config'),
  'what joining needs': part('v1', 'ConfigMap', 'kube-public', 'cluster-info'),
  'kube-proxy': part('apps/v1', 'DaemonSet', 'kube-system', 'kube-proxy'),
  CoreDNS: part('apps/v1', 'Deployment', 'kube-system', 'coredns'),
}

const controlPlaneRole = 'node-role.kubernetes.io/control-plane'

/** Asks for all of it at once. */
export async function readParts(reader: ClusterReader, host: string): Promise<ClusterParts> {
  try {
    const [readiness, node, ...found] = await Promise.all([
      reader.readiness(),
      reader.get({ apiVersion: 'v1', kind: 'Node', name: host }),
      ...Object.values(parts).map(ref => reader.get(ref)),
    ])
    const missing = Object.keys(parts).filter((_, index) => found[index] === undefined)
    if (node?.metadata.labels?.[controlPlaneRole] === undefined) missing.push('the mark of its control plane')
    return { failing: readiness.failing, missing }
  } catch (error) {
    // admin.conf has no rights until a late phase binds them to its group.
    if (error instanceof ApiRefusal && error.status === 403) return { failing: [], missing: ["admin.conf's rights"] }
    throw error
  }
}

export const clusterParts = (host: string): ApiProbe<ClusterParts, ClusterReader> => ({
  of: 'api',
  target: cluster,
  read: async reader => present(await readParts(reader, host)),
})
