import type { KubeObject, Pod } from '../api/objects.ts'
import type { ClusterReader } from '../api/reader.ts'
import { podReadiness, podStanding } from './readiness.ts'

/** What happened to an object, as its kubelet or a controller told. */
interface PodEvent extends KubeObject {
  readonly reason?: string
  readonly message?: string
  readonly lastTimestamp?: string | null
  readonly eventTime?: string | null
}

/** Of a message that quotes others, what is at the end is the cause. */
const longestMessage = 240

/**
 * Why pods are not ready, one text each. Where their containers say nothing, the last warning about the pod does: a network
 * or a volume that it does not get, a probe that fails. One request more for each of those, so for who waits, not for
 * probes.
 */
export async function podTroubles(reader: ClusterReader, pods: readonly Pod[]): Promise<readonly string[]> {
  const troubles = pods.map(async pod => {
    const { ready, why } = podReadiness(pod)
    if (ready) return []
    const { message, reason } = podStanding(pod)
    const warning = message === undefined && reason !== 'Terminating' ? await lastWarning(reader, pod) : undefined
    return [`pod ${pod.metadata.name}: ${[why, warning].filter(Boolean).join(': ')}`]
  })
  return (await Promise.all(troubles)).flat()
}

async function lastWarning(reader: ClusterReader, { metadata }: Pod): Promise<string | undefined> {
  const { namespace, name, uid } = metadata
  if (namespace === undefined) return undefined
  const fieldSelector = `involvedObject.name=${name},involvedObject.uid=${uid},type=Warning`
  const events = await reader.list<PodEvent>({ apiVersion: 'v1', kind: 'Event' }, { namespace, fieldSelector })
  const when = ({ lastTimestamp, eventTime }: PodEvent) => Date.parse(lastTimestamp ?? eventTime ?? '') || 0
  const last = events.toSorted((a, b) => when(a) - when(b)).at(-1)
  return last?.message === undefined ? undefined : shortened(last.message.trim())
}

const shortened = (text: string): string =>
  text.length <= longestMessage ? text : `... ${text.slice(-longestMessage).replace(/^\S*\s/, '')}`
