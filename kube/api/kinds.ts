import type { KindRef } from './objects.ts'

/** How the API names a kind in its paths. */
export interface ServedKind extends KindRef {
  /** `deployments`. */
  readonly resource: string
  readonly namespaced: boolean
}

const known = (apiVersion: string, namespaced: boolean, kinds: Readonly<Record<string, string>>): ServedKind[] =>
  Object.entries(kinds).map(([kind, resource]) => ({ apiVersion, kind, resource, namespaced }))

/**
 * Kinds whose path every supported Kubernetes minor serves unchanged, so that reading them costs no discovery and a
 * whole play's reads start at once. Any other kind is looked up in the API's own discovery document.
 */
export const builtIn: readonly ServedKind[] = [
  ...known('v1', false, { Namespace: 'namespaces', Node: 'nodes', PersistentVolume: 'persistentvolumes' }),
  ...known('v1', true, {
    ConfigMap: 'configmaps',
    LimitRange: 'limitranges',
    PersistentVolumeClaim: 'persistentvolumeclaims',
    Pod: 'pods',
    ResourceQuota: 'resourcequotas',
    Secret: 'secrets',
    Service: 'services',
    ServiceAccount: 'serviceaccounts',
  }),
  ...known('admissionregistration.k8s.io/v1', false, {
    MutatingWebhookConfiguration: 'mutatingwebhookconfigurations',
    ValidatingAdmissionPolicy: 'validatingadmissionpolicies',
    ValidatingAdmissionPolicyBinding: 'validatingadmissionpolicybindings',
    ValidatingWebhookConfiguration: 'validatingwebhookconfigurations',
  }),
  ...known('apiextensions.k8s.io/v1', false, { CustomResourceDefinition: 'customresourcedefinitions' }),
  ...known('apiregistration.k8s.io/v1', false, { APIService: 'apiservices' }),
  ...known('apps/v1', true, { DaemonSet: 'daemonsets', Deployment: 'deployments', StatefulSet: 'statefulsets' }),
  ...known('autoscaling/v2', true, { HorizontalPodAutoscaler: 'horizontalpodautoscalers' }),
  ...known('batch/v1', true, { CronJob: 'cronjobs', Job: 'jobs' }),
  ...known('networking.k8s.io/v1', false, { IngressClass: 'ingressclasses' }),
  ...known('networking.k8s.io/v1', true, { Ingress: 'ingresses', NetworkPolicy: 'networkpolicies' }),
  ...known('node.k8s.io/v1', false, { RuntimeClass: 'runtimeclasses' }),
  ...known('policy/v1', true, { PodDisruptionBudget: 'poddisruptionbudgets' }),
  ...known('rbac.authorization.k8s.io/v1', false, {
    ClusterRole: 'clusterroles',
    ClusterRoleBinding: 'clusterrolebindings',
  }),
  ...known('rbac.authorization.k8s.io/v1', true, { Role: 'roles', RoleBinding: 'rolebindings' }),
  ...known('scheduling.k8s.io/v1', false, { PriorityClass: 'priorityclasses' }),
  ...known('storage.k8s.io/v1', false, { CSIDriver: 'csidrivers', StorageClass: 'storageclasses' }),
]

const keyOf = ({ apiVersion, kind }: KindRef): string => `${apiVersion} ${kind}`
const builtInByKey: ReadonlyMap<string, ServedKind> = new Map(builtIn.map(kind => [keyOf(kind), kind]))

export const builtInKind = (kind: KindRef): ServedKind | undefined => builtInByKey.get(keyOf(kind))

/** `/api/v1` for the core group, `/apis/<group>/<version>` for the others. */
export const groupPath = (apiVersion: string): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`

/** Path of the collection, or of one object where a name is given. */
export function pathOf(
  { apiVersion, resource, namespaced }: ServedKind,
  { namespace, name }: { readonly namespace?: string | undefined; readonly name?: string | undefined } = {},
): string {
  // One object of a namespaced kind lies somewhere; a collection without a namespace is all of them.
  const space = namespace ?? (name === undefined ? undefined : 'default')
  const scope = namespaced && space !== undefined ? `/namespaces/${encodeURIComponent(space)}` : ''
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`
  return `${groupPath(apiVersion)}${scope}/${resource}${object}`
}
