import { type ContainerStatus, conditionOf, type Node, type Pod } from '../api/objects.ts'

/** Whether something is ready, and if not, why, for people. */
export type Readiness = { readonly ready: boolean; readonly why: string }

const ready: Readiness = { ready: true, why: '' }
const notReady = (why: string): Readiness => ({ ready: false, why })

export function readiness(node: Node): Readiness {
  const condition = conditionOf(node.status.conditions, 'Ready')
  if (condition?.status === 'True') return ready
  return notReady(condition?.message ?? 'its kubelet has not reported yet')
}

/** How a pod stands, by what its kubelet tells of its containers. */
export interface PodStanding {
  readonly ready: boolean
  /** One word, as kubectl has it: `CrashLoopBackOff`, `Unschedulable`, `Completed`. */
  readonly reason: string
  /** Its first container that is not well. */
  readonly container?: string
  /** What the cluster has to say to the reason. */
  readonly message?: string
  /** Of all its containers, since the pod was made. */
  readonly restarts: number
}

/** A pod that has done its work counts as ready: nothing waits for it any more. */
export function podStanding({ metadata, status }: Pod): PodStanding {
  const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
  const restarts = containers.reduce((sum, { restartCount }) => sum + restartCount, 0)
  const stands = (reason: string, more: Partial<PodStanding> = {}) => ({ ready: false, reason, restarts, ...more })
  if (metadata.deletionTimestamp !== undefined) return stands('Terminating')
  if (status.phase === 'Succeeded') return stands('Completed', { ready: true })
  if (status.phase === 'Failed') return stands(status.reason ?? 'Failed')
  if (conditionOf(status.conditions, 'Ready')?.status === 'True') return stands(status.phase, { ready: true })
  const ailing = containers.find(({ ready, state }) => !ready && state?.terminated?.exitCode !== 0)
  if (ailing) return stands(reasonOf(ailing), { container: ailing.name, ...messageOf(ailing) })
  const scheduled = conditionOf(status.conditions, 'PodScheduled')
  if (scheduled?.status === 'False')
    return stands(scheduled.reason ?? 'Unschedulable', scheduled.message ? { message: scheduled.message } : {})
  return stands('Pending')
}

const reasonOf = ({ state }: ContainerStatus): string => {
  if (state?.waiting) return state.waiting.reason ?? 'Waiting'
  return state?.terminated ? (state.terminated.reason ?? 'Error') : 'NotReady'
}

function messageOf({ state }: ContainerStatus): { readonly message?: string } {
  const message = state?.terminated ? `it ended with status ${state.terminated.exitCode}` : state?.waiting?.message
  return message ? { message } : {}
}

/** `4 restarts`, `1 restart`; empty where there was none. */
export const restartWords = (restarts: number): string =>
  restarts === 0 ? '' : `${restarts} restart${restarts === 1 ? '' : 's'}`

/** Whether a pod is ready, and if not, what its first container that is not well says: `web: ImagePullBackOff: ...`. */
export function podReadiness(pod: Pod): Readiness {
  const { ready: isReady, container, reason, message, restarts } = podStanding(pod)
  if (isReady) return ready
  const told = [container, plain[reason] ?? reason, message].filter(Boolean).join(': ')
  return notReady(restarts === 0 ? told : `${told} (${restartWords(restarts)})`)
}

/** Words of ours, for people, where there is no reason that others would look up. */
const plain: Readonly<Record<string, string>> = {
  Terminating: 'it is going',
  Failed: 'it failed',
  NotReady: 'it runs and is not ready yet',
  Pending: 'it is starting',
}
