import type { AnyObject, ContainerStatus, KubeObject, ObjectRef, Pod } from '../../../kube/api/objects.ts'
import type { ClusterReader } from '../../../kube/api/reader.ts'
import { podReadiness } from '../../../kube/nodes/readiness.ts'

export type App = 'broker' | 'server'

export const namespace = 'default'

export interface Deployment extends KubeObject {
  readonly spec: { readonly replicas?: number }
  readonly status: { readonly replicas?: number; readonly readyReplicas?: number; readonly updatedReplicas?: number }
}

export const deploymentOf = (app: App): ObjectRef => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  name: `${app}-deployment`,
  namespace,
})

export const podRef = (name: string): ObjectRef => ({ apiVersion: 'v1', kind: 'Pod', name, namespace })

/** Those that are not going, by name. */
export async function podsOf(reader: ClusterReader, app: App): Promise<readonly Pod[]> {
  const pods = await reader.list<Pod>({ apiVersion: 'v1', kind: 'Pod' }, { namespace, labelSelector: `app=${app}` })
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .sort((a, b) => a.metadata.name.localeCompare(b.metadata.name))
}

/** Those of them that serve. */
export async function readyPods(reader: ClusterReader, app: App): Promise<readonly Pod[]> {
  return (await podsOf(reader, app)).filter(pod => podReadiness(pod).ready)
}

export const nodeOf = (pod: Pod): string => pod.spec.nodeName ?? 'no node'

export const shown = (pod: Pod): string => `${pod.metadata.name} on ${nodeOf(pod)}`

export const restartsOf = ({ status }: Pod): number =>
  (status.containerStatuses ?? []).reduce((sum: number, { restartCount }: ContainerStatus) => sum + restartCount, 0)

/** How a deployment stands, as kubectl shows it: `3/3`; or that there is none. */
export async function standingOf(reader: ClusterReader, app: App): Promise<string> {
  const found = (await reader.get<AnyObject>(deploymentOf(app))) as Deployment | undefined
  return found ? `${found.status.readyReplicas ?? 0}/${found.spec.replicas ?? 1}` : 'missing'
}
