import type { UploadEntry } from '../connection/upload-file.ts'
import type { Change, Json } from '../report/events.ts'
import type { Asked } from './ask.ts'
import { companyOf } from './company.ts'
import { converge, notConverged, notKnown, type Verdict } from './converge.ts'
import type { Absent, Answer, AnyResource, Present, Ref } from './resource.ts'
import { readTexts } from './show-texts.ts'

export interface ListTarget {
  readonly check: boolean
  /** In check mode: whether what answers for it is only the record of an image. */
  assumed?(resource: AnyResource): boolean
  /** Fresh answers in one round trip. */
  ask(resources: readonly AnyResource[]): Promise<ReadonlyMap<AnyResource, Answer<Json>>>
  /** Whatever it puts in place takes `company` along. */
  writerFor(resource: AnyResource, company: readonly UploadEntry[]): Promise<unknown>
  /** Awaited before a resource is applied. True when another run may have acted since the last answers. */
  claim?(resource: AnyResource): Promise<boolean>
  /** Given where differences of texts are to be shown: fetches the texts, in one round trip. */
  readText?(asked: readonly Asked[]): Promise<ReadonlyMap<Asked, Answer<Json>>>
  /** What has changed, or would, on this target in earlier plays of the run; added to. */
  readonly changed: Set<string>
  readonly signal?: AbortSignal
}

export interface ListListener {
  starts(resource: AnyResource): void
  ends(resource: AnyResource, verdict: Verdict, seconds: number): void
}

const keyOf = ({ kind, id }: Ref): string => `${kind}\0${id}`

/**
 * Converges the resources of one target and play, in order. One round trip finds out how all of them stand; where
 * nothing needs to change it is the only one. Throws the first failure; what was reached until then stands.
 */
export async function convergeList(
  list: readonly AnyResource[],
  target: ListTarget,
  listener: ListListener,
): Promise<void> {
  const start = await target.ask(list)
  const explain = target.readText && (await readTexts(start, target.readText))
  const latest = new Map(start)
  const applied: AnyResource[] = []
  // Answers older than the last apply; whoever needs one of these asks again.
  const stale = new Set<AnyResource>()

  const refresh = async (resources: readonly AnyResource[]): Promise<void> => {
    for (const [resource, answer] of await target.ask(resources)) {
      latest.set(resource, answer)
      stale.delete(resource)
    }
  }
  const answerOf = (resource: AnyResource): Answer<Json> => latest.get(resource) as Answer<Json>
  const refersTo = (refs: readonly Ref[] | undefined, other: Ref): boolean =>
    refs?.some(ref => keyOf(ref) === keyOf(other)) ?? false

  const will = { change: (other: Ref) => target.changed.has(keyOf(other)) }
  const differs = (resource: AnyResource, is: Present<Json> | Absent): boolean =>
    resource.diff(is, { change: () => false }).length > 0
  const needs = (resource: AnyResource): boolean => {
    const answer = answerOf(resource)
    return answer.is === 'unknown' || differs(resource, answer)
  }

  /** Since the start: what has come to differ on the way would be told as ok when its turn comes and it is in place. */
  const wanting = (resource: AnyResource): Present<Json> | Absent | undefined => {
    const [before, now] = [start.get(resource) as Answer<Json>, answerOf(resource)]
    if (before.is === 'unknown' || now.is === 'unknown' || !differs(resource, before)) return undefined
    return differs(resource, now) ? now : undefined
  }

  for (const [index, resource] of list.entries()) {
    target.signal?.throwIfAborted()
    const began = performance.now()
    let along: readonly AnyResource[] = []
    listener.starts(resource)
    const verdict = await converge(resource, {
      check: target.check,
      assumed: asked => target.assumed?.(asked) ?? false,
      will,
      start: () => start.get(resource) as Answer<Json>,
      now: async () => {
        if (stale.has(resource) && needs(resource)) await refresh([resource])
        if (answerOf(resource).is === 'unknown') await refresh([resource])
        if (needs(resource) && (await target.claim?.(resource))) await refresh(list.slice(index))
        return answerOf(resource)
      },
      again: async () => {
        applied.push(resource)
        const later = list.slice(index + 1)
        for (const other of later) stale.add(other)
        const done = [resource, ...along]
        const dependants = later.filter(
          (other, distance) =>
            distance === 0 ||
            along.includes(other) ||
            done.some(one => refersTo(other.after, one) || refersTo(one.alters, other)),
        )
        await refresh([resource, ...dependants])
        return answerOf(resource)
      },
      alteredBy: other =>
        list.slice(0, index).findLast(earlier => target.changed.has(keyOf(earlier)) && refersTo(earlier.alters, other)),
      writerFor: async () => {
        const company = companyOf(list.slice(index), wanting)
        for (const companion of company) await target.claim?.(companion.resource)
        along = company.map(companion => companion.resource)
        return target.writerFor(
          resource,
          company.map(({ entry }) => entry),
        )
      },
    })
    if (verdict.outcome === 'changed' || verdict.outcome === 'would-change') target.changed.add(keyOf(resource))
    const changes = explain ? explain(resource, verdict.changes) : verdict.changes
    listener.ends(resource, { ...verdict, changes }, (performance.now() - began) / 1000)
  }
  if (applied.length > 0) await confirm(list, target)
}

/** One full batch after the last apply: nothing that was right may have been broken on the way. */
async function confirm(list: readonly AnyResource[], target: ListTarget): Promise<void> {
  const differing = await left(list, target)
  for (const [resource, { answer }] of differing)
    if (resource.waits) await resource.apply((await target.writerFor(resource, [])) as never, answer)
  const still = [...differing.keys()].some(({ waits }) => waits) ? await left(list, target) : differing
  for (const [resource, { changes }] of still) throw notConverged(resource, changes)
}

type Left = { readonly answer: Present<Json> | Absent; readonly changes: readonly Change[] }

/** The resources that differ from their wish, as they answer now. */
async function left(list: readonly AnyResource[], target: ListTarget): Promise<ReadonlyMap<AnyResource, Left>> {
  const differing = new Map<AnyResource, Left>()
  for (const [resource, answer] of await target.ask(list)) {
    if (answer.is === 'unknown') throw notKnown(resource, answer.why)
    const changes: readonly Change[] = resource.diff(answer, { change: () => false })
    if (changes.length > 0) differing.set(resource, { answer, changes })
  }
  return differing
}
