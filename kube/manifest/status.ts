import type { Json } from '../../engine/report/events.ts'
import { type AnyObject, type Condition, conditionOf } from '../api/objects.ts'
import type { Readiness } from '../nodes/readiness.ts'

type Fields = { readonly [field: string]: Json | undefined }

const ready: Readiness = { ready: true, why: '' }
const count = (value: Json | undefined): number => (typeof value === 'number' ? value : 0)

/** Whether an object has become what it says, by the rules of kstatus; where not, what is missing. */
export function standing(object: AnyObject): Readiness {
  const spec = (object.spec ?? {}) as Fields
  const status = (object.status ?? {}) as Fields
  if (object.metadata.deletionTimestamp !== undefined) return { ready: false, why: 'it is being deleted' }
  const seen = status.observedGeneration
  if (typeof seen === 'number' && seen < (object.metadata.generation ?? 0))
    return { ready: false, why: 'its controller has not seen the change yet' }
  const rule = rules[object.kind] ?? byReadyCondition
  const missing = rule(spec, status)
  return missing === undefined ? ready : { ready: false, why: missing }
}

/** Kinds that are something to wait for; all others are ready as soon as they are there. */
export const isAwaited = (kind: string): boolean => kind in rules || !builtInWithoutRule.has(kind)

/** Says what is missing, or nothing. */
type Rule = (spec: Fields, status: Fields) => string | undefined

const conditions = (status: Fields): readonly Condition[] =>
  (status.conditions ?? []) as unknown as readonly Condition[]
const condition =
  (type: string): Rule =>
  (_, status) => {
    const found = conditionOf(conditions(status), type)
    return found?.status === 'True' ? undefined : (found?.message ?? `it is not ${type} yet`)
  }
const byReadyCondition: Rule = (_, status) => {
  const found = conditionOf(conditions(status), 'Ready')
  return found === undefined || found.status === 'True' ? undefined : (found.message ?? 'it is not Ready')
}
const phase =
  (...good: readonly string[]): Rule =>
  (_, status) =>
    good.includes(String(status.phase))
      ? undefined
      : `it is ${status.phase ?? 'not looked at yet'}, not ${good.join(' or ')}`

const counted = (wanted: number, status: Fields, fields: readonly string[]): string | undefined => {
  const short = fields.filter(field => count(status[field]) < wanted)
  return short.length === 0
    ? undefined
    : short.map(field => `${count(status[field])} of ${wanted} ${words[field]}`).join(', ')
}
const words: Readonly<Record<string, string>> = {
  updatedReplicas: 'updated',
  availableReplicas: 'available',
  readyReplicas: 'ready',
  updatedNumberScheduled: 'updated',
  numberAvailable: 'available',
}

const rules: Readonly<Record<string, Rule>> = {
  Deployment: (spec, status) => {
    const wanted = count(spec.replicas ?? 1)
    const progress = conditionOf(conditions(status), 'Progressing')
    if (progress?.reason === 'ProgressDeadlineExceeded') return progress.message ?? 'it does not progress'
    if (status.observedGeneration === undefined) return 'its controller has not seen it yet'
    if (count(status.replicas) > wanted) return `${count(status.replicas) - wanted} old pods are going`
    return counted(wanted, status, ['updatedReplicas', 'availableReplicas'])
  },
  StatefulSet: (spec, status) => {
    if (status.observedGeneration === undefined) return 'its controller has not seen it yet'
    return counted(count(spec.replicas ?? 1), status, ['updatedReplicas', 'readyReplicas'])
  },
  DaemonSet: (_, status) => {
    if (status.observedGeneration === undefined) return 'its controller has not seen it yet'
    return counted(count(status.desiredNumberScheduled), status, ['updatedNumberScheduled', 'numberAvailable'])
  },
  Job: (_, status) => {
    const failed = conditionOf(conditions(status), 'Failed')
    return failed?.status === 'True' ? `it failed: ${failed.message}` : condition('Complete')({}, status)
  },
  Pod: (_, status) => (status.phase === 'Succeeded' ? undefined : condition('Ready')({}, status)),
  PersistentVolume: phase('Available', 'Bound'),
  // One of a class may wait for the first pod that uses it, and that pod is waited for.
  PersistentVolumeClaim: (spec, status) => (spec.storageClassName === '' ? phase('Bound')(spec, status) : undefined),
  Namespace: phase('Active'),
  CustomResourceDefinition: condition('Established'),
  APIService: condition('Available'),
}

const builtInWithoutRule = new Set([
  ...['ConfigMap', 'Secret', 'Service', 'ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
  ...['StorageClass', 'PriorityClass', 'PodDisruptionBudget', 'NetworkPolicy', 'Ingress', 'IngressClass', 'CronJob'],
  ...['LimitRange', 'ResourceQuota', 'HorizontalPodAutoscaler', 'RuntimeClass', 'CSIDriver'],
])
