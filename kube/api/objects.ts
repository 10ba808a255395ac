import type { Json } from '../../engine/report/events.ts'

/** Fields of Kubernetes objects that we read, by the names of the API reference. Everything else is passed through. */
export interface ObjectMeta {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  /** Another one after every write. */
  readonly resourceVersion?: string
  readonly generation?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly deletionTimestamp?: string
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string; readonly controller?: boolean }[]
}

export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
}

/** An object of any kind, as it stands in a manifest or an answer. */
export interface AnyObject extends KubeObject {
  readonly [field: string]: Json | ObjectMeta | undefined
}

export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason?: string
  readonly message?: string
}

export interface Node extends KubeObject {
  readonly spec: { readonly unschedulable?: boolean; readonly podCIDR?: string }
  readonly status: {
    readonly conditions?: readonly Condition[]
    readonly nodeInfo?: { readonly machineID: string; readonly bootID: string; readonly kubeletVersion: string }
    readonly addresses?: readonly { readonly type: string; readonly address: string }[]
  }
}

export interface ContainerStatus {
  readonly name: string
  readonly ready: boolean
  readonly restartCount: number
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string }
    readonly running?: { readonly startedAt: string }
    readonly terminated?: { readonly exitCode: number; readonly reason?: string }
  }
}

export interface Pod extends KubeObject {
  readonly spec: { readonly nodeName?: string }
  readonly status: {
    readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'
    readonly reason?: string
    readonly conditions?: readonly Condition[]
    readonly initContainerStatuses?: readonly ContainerStatus[]
    readonly containerStatuses?: readonly ContainerStatus[]
  }
}

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

/** What names one object. */
export interface ObjectRef {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace?: string
}

/** What names a kind of objects. */
export type KindRef = Pick<ObjectRef, 'apiVersion' | 'kind'>

export const refOf = ({ apiVersion, kind, metadata }: KubeObject): ObjectRef => ({
  apiVersion,
  kind,
  name: metadata.name,
  ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
})

/** `Deployment default/web`; the group is left out, for people know it. */
export const showRef = ({ kind, name, namespace }: Pick<ObjectRef, 'kind' | 'name' | 'namespace'>): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`

export const conditionOf = (conditions: readonly Condition[] | undefined, type: string): Condition | undefined =>
  conditions?.find(condition => condition.type === type)
