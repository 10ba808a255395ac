import { AndamioError } from '../errors.ts'
import type { Change, Json, Outcome } from '../report/events.ts'
import type { Absent, Answer, AnyResource, Present, Ref, WillChange } from './resource.ts'

export interface Verdict {
  readonly outcome: Exclude<Outcome, 'failed'>
  readonly changes: readonly Change[]
  readonly by?: string
  readonly why?: string
}

/** What `converge` needs to know of the list around a resource, and the ways to look again. */
export interface Surroundings {
  readonly check: boolean
  /** Answered by the record of an image: there is no host yet that could have. */
  assumed?(resource: AnyResource): boolean
  /** The answer at the play's start. */
  start(resource: AnyResource): Answer<Json>
  /** The answer as of now: the play's start where nothing was applied since, else a fresh one. */
  now(resource: AnyResource): Promise<Answer<Json>>
  /** Fresh answer after `resource` was applied; takes what depends on it along in the same round trip. */
  again(resource: AnyResource): Promise<Answer<Json>>
  /** Which earlier resources have changed, or in check mode would. */
  readonly will: WillChange
  /** The applied resource that declares to alter this one. */
  alteredBy(resource: AnyResource): Ref | undefined
  writerFor(resource: AnyResource): Promise<unknown>
}

const nothing: WillChange = { change: () => false }

/**
 * Brings one resource to its wish, or says what would change. The only caller of `apply`.
 *
 * What is reported is the way from the play's start to now, whoever went it: a unit that a package's installation
 * started has changed, though nothing was left to apply when its turn came. So check mode and the real run name the
 * same changes.
 */
export async function converge(resource: AnyResource, around: Surroundings): Promise<Verdict> {
  const start = around.start(resource)
  if (around.check) {
    if (start.is === 'unknown') return { outcome: 'unknown', changes: [], why: start.why }
    const changes = resource.diff(start, around.will)
    stopIfRefused(resource, start, changes, around.will)
    return {
      outcome: changes.length > 0 ? 'would-change' : around.assumed?.(resource) ? 'assumed' : 'ok',
      changes,
      ...labelled(around.alteredBy(resource), changes),
    }
  }

  const now = await around.now(resource)
  if (now.is === 'unknown') throw notKnown(resource, now.why)
  const wanting = resource.diff(now, nothing)
  const changes = start.is === 'unknown' ? wanting : resource.diff(start, around.will)
  if (wanting.length === 0) {
    // Its wish is met. What differs from the start was brought about by what ran before it.
    return { outcome: changes.length > 0 ? 'changed' : 'ok', changes, ...labelled(around.alteredBy(resource), changes) }
  }

  stopIfRefused(resource, now, wanting, nothing)
  await resource.apply((await around.writerFor(resource)) as never, now)
  const after = await around.again(resource)
  if (after.is === 'unknown') throw notKnown(resource, after.why)
  const left = resource.diff(after, nothing)
  if (left.length > 0) throw notConverged(resource, left)
  return { outcome: 'changed', changes: changes.length > 0 ? changes : wanting }
}

function stopIfRefused(
  resource: AnyResource,
  is: Present<Json> | Absent,
  changes: readonly Change[],
  will: WillChange,
): void {
  const failure = changes.length > 0 ? resource.refuse?.(is, will) : undefined
  if (failure) throw new AndamioError(failure)
}

const labelled = (by: Ref | undefined, changes: readonly Change[]): { by?: string } =>
  by && changes.length > 0 ? { by: `${by.kind} ${by.id}` } : {}

export function notConverged(resource: AnyResource, left: readonly Change[]): AndamioError {
  const differs = left.map(
    ({ attribute, before, after }) => `${attribute} is ${JSON.stringify(before)}, not ${JSON.stringify(after)}`,
  )
  return new AndamioError({
    code: 'not-converged',
    message: `${resource.kind} ${resource.id} still differs after it was applied`,
    cause: differs.join('; '),
    next: 'Something else may be changing it, or this is a bug in the resource: look at it on the host, then run again.',
  })
}

export function notKnown(resource: AnyResource, why: string): AndamioError {
  return new AndamioError({
    code: 'state-unknown',
    message: `The state of ${resource.kind} ${resource.id} is not known, so nothing was done to it`,
    cause: why,
    next: 'Run again; with --verbose to see what the host answered.',
  })
}
