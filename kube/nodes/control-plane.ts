import type { Pod } from '../api/objects.ts'
import type { ClusterReader } from '../api/reader.ts'
import { type PodStanding, podStanding, restartWords } from './readiness.ts'

/** Without these nothing else comes about, and neither says so of itself: what they make just does not move. */
const movers = ['kube-controller-manager', 'kube-scheduler']

/** One that was started again so lately may end again: what it makes has not moved yet. */
const freshSeconds = 60

/**
 * What is wrong with the pods of the control plane: `kube-controller-manager on cp is in CrashLoopBackOff (4 restarts)`.
 * Undefined where nothing is. Throws what the reader throws.
 */
export async function controlPlaneTrouble(reader: ClusterReader): Promise<string | undefined> {
  const [pods, now] = await Promise.all([
    reader.list<Pod>(
      { apiVersion: 'v1', kind: 'Pod' },
      { namespace: 'kube-system', labelSelector: 'tier=control-plane' },
    ),
    reader.now(),
  ])
  return troubleIn(pods, now)
}

/** The same, of the pods that kubeadm has labelled so. */
export function troubleIn(pods: readonly Pod[], now: Date): string | undefined {
  const found = pods.map(pod => ({ name: componentOf(pod), words: wordsOf(pod, now) }))
  const missing = movers.filter(name => !found.some(pod => pod.name === name))
  const words = [...found.flatMap(({ words }) => words ?? []), ...missing.map(name => `there is no pod of ${name}`)]
  return words.length === 0 ? undefined : words.join('; ')
}

const componentOf = ({ metadata }: Pod): string => metadata.labels?.component ?? metadata.name

function wordsOf(pod: Pod, now: Date): string | undefined {
  const standing = podStanding(pod)
  const stands = standing.ready
    ? wasStartedAgain(pod, standing, now)
      ? 'has just been started again'
      : undefined
    : notReady(standing)
  if (stands === undefined) return undefined
  const restarts = restartWords(standing.restarts)
  return `${componentOf(pod)} on ${pod.spec.nodeName ?? '?'} ${stands}${restarts === '' ? '' : ` (${restarts})`}`
}

const notReady = ({ reason, message }: PodStanding): string => {
  if (reason === 'NotReady') return 'runs and is not ready'
  // What is said to a back-off are its seconds and names of the pod that nobody asked for.
  return reason === 'CrashLoopBackOff' || message === undefined ? `is in ${reason}` : `is in ${reason}: ${message}`
}

function wasStartedAgain({ status }: Pod, { restarts }: PodStanding, now: Date): boolean {
  const started = (status.containerStatuses ?? []).flatMap(({ state }) =>
    state?.running ? [Date.parse(state.running.startedAt)] : [],
  )
  return restarts > 0 && now.getTime() - Math.max(...started) < freshSeconds * 1000
}

/** Looks now and then beside somebody who waits, without holding that up; gives what was seen last. */
export function lookingOn(reader: ClusterReader, everySeconds = 5): () => string | undefined {
  let seen: string | undefined
  let next = performance.now() + everySeconds * 1000
  return () => {
    if (performance.now() >= next) {
      next = Number.POSITIVE_INFINITY
      // Who waits learns by its own question that the API does not answer.
      void controlPlaneTrouble(reader)
        .catch(() => undefined)
        .then(trouble => {
          seen = trouble
          next = performance.now() + everySeconds * 1000
        })
    }
    return seen
  }
}
