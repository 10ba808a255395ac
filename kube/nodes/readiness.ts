import { conditionOf, type Node, type Pod } from '../api/objects.ts'

/** Whether something is ready, and if not, why, for people. */
export type Readiness = { readonly ready: boolean; readonly why: string }

const ready: Readiness = { ready: true, why: '' }
const notReady = (why: string): Readiness => ({ ready: false, why })

export function readiness(node: Node): Readiness {
  const condition = conditionOf(node.status.conditions, 'Ready')
  if (condition?.status === 'True') return ready
  return notReady(condition?.message ?? 'its kubelet has not reported yet')
}

/** A pod that has done its work counts as ready: nothing waits for it any more. */
export function podReadiness({ metadata, status }: Pod): Readiness {
  if (metadata.deletionTimestamp !== undefined) return notReady('it is going')
  if (status.phase === 'Succeeded') return ready
  if (status.phase === 'Failed') return notReady(status.reason ?? 'it failed')
  if (conditionOf(status.conditions, 'Ready')?.status === 'True') return ready
  return notReady(containerTrouble(status) ?? schedulingTrouble(status) ?? 'it is starting')
}

/** What its first container that is not well says: `kube-flannel: ImagePullBackOff: ...`. */
function containerTrouble({ initContainerStatuses = [], containerStatuses = [] }: Pod['status']): string | undefined {
  for (const { name, ready, restartCount, state } of [...initContainerStatuses, ...containerStatuses]) {
    if (state?.terminated?.exitCode === 0 || ready) continue
    const { waiting, terminated } = state ?? {}
    if (waiting) return [`${name}`, waiting.reason, waiting.message].filter(Boolean).join(': ')
    if (terminated)
      return `${name} ended with status ${terminated.exitCode} (${terminated.reason ?? 'no reason given'})`
    return restartCount > 0
      ? `${name} runs and is not ready, after ${restartCount} restarts`
      : `${name} runs and is not ready yet`
  }
  return undefined
}

function schedulingTrouble({ conditions }: Pod['status']): string | undefined {
  const scheduled = conditionOf(conditions, 'PodScheduled')
  return scheduled?.status === 'False' ? (scheduled.message ?? 'it finds no node') : undefined
}
