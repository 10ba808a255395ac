import type { UploadEntry } from '../connection/upload-file.ts'
import type { Change, Failure, Json } from '../report/events.ts'
import type { Absent, Present } from './answer.ts'
import type { HostWriter } from './host.ts'
import type { Probe } from './probe.ts'
import type { TextPart } from './text-part.ts'

export { type Absent, type Answer, absent, type Present, present, type Unknown, unknown } from './answer.ts'

/** Names a resource without holding it: within one target, kind and id are unique. */
export interface Ref {
  readonly kind: string
  readonly id: string
}

/** Lets a diff ask whether something earlier in the list is about to change: the dry run's arithmetic. */
export interface WillChange {
  change(other: Ref): boolean
}

/**
 * One thing that a target holds: a file, a package, a unit, a node of the cluster. It can be probed, compared and
 * applied, and nothing else; `converge` alone decides whether `apply` runs.
 *
 * S is what a probe finds, plain JSON so that it can be recorded and compared. W is what `apply` writes with.
 */
export interface Resource<S extends Json = Json, W = HostWriter> extends Ref {
  readonly kind: string
  /** Holds no late value: a plan names the same id before creation and after. */
  readonly id: string
  /** What this one depends on beyond its place in the list: probed again whenever this one was applied. */
  readonly after?: readonly Ref[]
  /** Later resources that applying this one is known to alter, e.g. the unit that a Debian package starts. */
  readonly alters?: readonly Ref[]
  /**
   * Applying it changes nothing and only waits. What it waited for may pass away by itself, as a pod that misses one probe
   * on a busy machine: at a play's end it is waited for once more, where anything else would be a failure.
   */
  readonly waits?: true
  readonly probe: Probe<S>
  /** Pure. What differs from the wish, attribute by attribute; empty means converged. */
  diff(is: Present<S> | Absent, will: WillChange): readonly Change[]
  /**
   * For what nothing here can bring about, such as a processor of another kind: why not, and what a person can do.
   * Undefined where an earlier resource may still make it so. Check mode then fails as the real run does, instead of
   * promising a change that cannot come. Asked only where `diff` found something.
   */
  refuse?(is: Present<S> | Absent, will: WillChange): Failure | undefined
  /** Pure. Texts within it, as found and as wished, for a run that is asked to show what differs in them. */
  texts?(is: Present<S> | Absent): readonly TextPart[]
  /**
   * Pure. For what `apply` brings about by one upload, or by making one directory, and nothing else: that. Those that follow
   * each other in a list may then travel with the first of them, which saves two round trips each. Undefined where more is
   * to be done.
   */
  puts?(is: Present<S> | Absent): UploadEntry | undefined
  /** The only thing that acts. Called with the very answer that `diff` found wanting. */
  apply(on: W, is: Present<S> | Absent): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: a list of resources mixes states and writers; each resource checks its own.
export type AnyResource = Resource<any, any>
