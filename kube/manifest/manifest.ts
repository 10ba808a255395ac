import { AndamioError } from '../../engine/errors.ts'
import type { Failure } from '../../engine/report/events.ts'
import { Late } from '../../engine/resource/late.ts'
import { type Answer, absent, present, type Ref, type Resource } from '../../engine/resource/resource.ts'
import { cluster } from '../api/cluster.ts'
import { ApiRefusal } from '../api/errors.ts'
import { type AnyObject, type ObjectRef, showRef } from '../api/objects.ts'
import type { ClusterReader } from '../api/reader.ts'
import type { ClusterWriter } from '../api/writer.ts'
import { type Difference, differences } from './differences.ts'
import { textOf } from './object-text.ts'
import { labelOf, ofSameLab, owned, ownerLabel } from './ownership.ts'

/** An object as it stands, against what a server-side apply would make of it. */
export type Applied = {
  /** Value of the owner label; null when it bears none. */
  readonly owner: string | null
  /** What the apply would change, by the API server's own dry run. */
  readonly differs: readonly Difference[]
  /** The whole object before and after, where they differ. */
  readonly texts: { readonly before: string; readonly after: string } | null
  /** Why the API server would not take it; null when it would. */
  readonly refused: string | null
  /** What is not known yet that the object would hold; null when all is. */
  readonly late: string | null
}

export interface Manifest {
  readonly ref: ObjectRef
  /** Label that marks the object as ours. */
  readonly owner: string
  /** `probe/20-volume.yaml` */
  readonly file: string
  /** The object as it is to be, or late. */
  wish(): AnyObject | Late<unknown>
  /** Manifests that may define its kind: when one of them changes, what is refused now may be taken then. */
  readonly definitions?: readonly Ref[]
}

/**
 * One object of a manifest, by server-side apply. The diff is the API server's own dry run against what is there, so
 * defaults, merges and fields that we once set and no longer do are judged by the one who applies them. An object that
 * bears another label than ours is somebody else's, and refused.
 */
export function manifest({ ref, owner, file, wish, definitions = [] }: Manifest): Resource<Applied, ClusterWriter> {
  async function read(reader: ClusterReader): Promise<Answer<Applied>> {
    const wanted = wish()
    if (wanted instanceof Late) {
      const live = await reader.get(ref)
      return live
        ? present({ owner: labelOf(live) ?? null, differs: [], texts: null, refused: null, late: wanted.what })
        : absent
    }
    const [live, next] = await ofOneMoment(reader, ref, owned(wanted, owner))
    if (!live && !(next instanceof ApiRefusal)) return absent
    const refused = next instanceof ApiRefusal ? (next.failure.cause ?? next.message) : null
    const differs = live && next && !(next instanceof ApiRefusal) ? differences(live, next) : []
    const texts = live && differs.length > 0 ? { before: textOf(live), after: textOf(next as AnyObject) } : null
    return present({ owner: live ? (labelOf(live) ?? null) : owner, differs, texts, refused, late: null })
  }
  return {
    kind: 'manifest',
    id: showRef(ref),
    probe: { of: 'api', target: cluster, read: reader => read(reader).catch(notServedYet) },
    diff(is) {
      if (is.is === 'absent') return [{ attribute: 'object', before: null, after: file }]
      if (!ofSameLab(is.state.owner, owner)) return [{ attribute: 'owner', before: is.state.owner, after: owner }]
      if (is.state.refused !== null) return [{ attribute: 'object', before: 'not taken', after: file }]
      if (is.state.late !== null) return [{ attribute: 'object', before: 'applied', after: { late: is.state.late } }]
      return is.state.differs
    },
    refuse(is, will) {
      if (is.is === 'absent') return undefined
      if (!ofSameLab(is.state.owner, owner)) return notOurs(ref, owner, is.state.owner, file)
      if (is.state.refused === null || definitions.some(definition => will.change(definition))) return undefined
      return refusal(ref, file, is.state.refused)
    },
    texts(is) {
      if (is.is === 'present') {
        const [first] = is.state.differs
        return first && is.state.texts ? [{ attribute: first.attribute, name: file, ...is.state.texts }] : []
      }
      const wanted = wish()
      const shown = (object: AnyObject): string => textOf(owned(object, owner))
      const after = wanted instanceof Late ? wanted.map(object => shown(object as AnyObject)) : shown(wanted)
      return [{ attribute: 'object', name: file, before: null, after }]
    },
    async apply(on) {
      const wanted = wish()
      if (wanted instanceof Late) throw new Error(`${wanted.what} was asked for before it is known`)
      await on.apply(owned(wanted, owner))
    },
  }
}

/** Controllers that write to an object as busily as this never let two reads agree. */
const mostReads = 5

/**
 * An object and what an apply would make of it, of the same version: what a controller has written between the two reads
 * would else be taken for what the apply does, as the revision that a new Deployment is given.
 */
async function ofOneMoment(
  reader: ClusterReader,
  ref: ObjectRef,
  wanted: AnyObject,
): Promise<readonly [AnyObject | undefined, AnyObject | ApiRefusal | undefined]> {
  for (let reads = 1; ; reads++) {
    const [live, next] = await Promise.all([reader.get(ref), tried(reader.dryRun(wanted))])
    if (next === undefined || next instanceof ApiRefusal || reads === mostReads) return [live, next]
    if (live?.metadata.resourceVersion === next.metadata.resourceVersion) return [live, next]
  }
}

/** A refusal of the dry run is an answer: the object is not valid, or would change what cannot be changed. */
async function tried<T>(answer: Promise<T>): Promise<T | ApiRefusal> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ApiRefusal && (error.status === 400 || error.status === 422)) return error
    throw error
  }
}

/** An object of a kind whose definition is not there is not there either. */
function notServedYet(error: unknown): Answer<Applied> {
  if (error instanceof AndamioError && error.failure.code === 'unknown-kind') return absent
  throw error
}

const notOurs = (ref: ObjectRef, owner: string, found: string | null, file: string): Failure => ({
  code: 'manifest-not-ours',
  message: `${showRef(ref)} is there already, and we did not make it`,
  place: `manifests/${file}`,
  cause: found === null ? 'It bears no label of ours.' : `It belongs to ${found}.`,
  next: `Rename it in the manifest, or hand it over with: kubectl label --overwrite ${ref.kind} ${ref.name}${ref.namespace ? ` -n ${ref.namespace}` : ''} ${ownerLabel}=${owner}`,
})

const refusal = (ref: ObjectRef, file: string, cause: string): Failure => ({
  code: 'manifest-refused',
  message: `The cluster would not take ${showRef(ref)}`,
  place: `manifests/${file}`,
  cause,
  next: 'Mend the manifest. A field that is immutable changes only with a new object: delete the old one first if it may go.',
})
