import { present, type Resource } from '../../engine/resource/resource.ts'
import { cluster } from '../api/cluster.ts'
import { builtIn, type ServedKind } from '../api/kinds.ts'
import { type KubeObject, type ObjectRef, refOf, showRef } from '../api/objects.ts'
import type { ClusterReader } from '../api/reader.ts'
import type { ClusterWriter } from '../api/writer.ts'
import { labelOf, ownerLabel } from './ownership.ts'

export interface Prune {
  readonly lab: string
  /** Folders that are applied by others, e.g. by the flannel role; what bears their label stays. */
  readonly elsewhere: readonly string[]
  /** Everything that our files name now. */
  readonly keep: readonly ObjectRef[]
  /** Also what holds data: volumes, claims, namespaces, definitions of kinds. */
  readonly data: boolean
}

/** An object that bears our label and that no file names any more. */
type Leftover = {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly namespace?: string
  readonly uid: string
}

/** Going with one of these, data may go: last of all, and only when asked for. In the order of their going. */
const holdingData = ['PersistentVolumeClaim', 'PersistentVolume', 'Namespace', 'CustomResourceDefinition']
const goneLimitSeconds = 120

/**
 * Deletes what we once applied and no longer find in our files, known by its label alone: nothing is remembered, so
 * nothing remembered can be wrong. Asks for names and labels of every kind at once. Not for a run under `--limit`.
 */
export function pruned({ lab, elsewhere, keep, data }: Prune): Resource<readonly Leftover[], ClusterWriter> {
  // A custom resource without a namespace lies in the default one, if its kind has any.
  const kept = new Set(keep.flatMap(ref => [keyOf(ref), keyOf({ namespace: 'default', ...ref })]))
  const isOurs = (object: KubeObject): boolean => {
    const [ownLab, folder] = labelOf(object)?.split('.') ?? []
    return ownLab === lab && folder !== undefined && !elsewhere.includes(folder)
  }
  async function leftovers(reader: ClusterReader): Promise<readonly Leftover[]> {
    const list = (kinds: readonly ServedKind[]) =>
      Promise.all(kinds.map(kind => reader.listMetadata(kind, { labelSelector: ownerLabel })))
    const [known, custom] = await Promise.all([list(builtIn), reader.customKinds().then(list)])
    return [...known, ...custom]
      .flat()
      .filter(object => isOurs(object) && !kept.has(keyOf(refOf(object))))
      .filter(object => data || !holdingData.includes(object.kind))
      .map(object => ({ ...refOf(object), uid: object.metadata.uid ?? '' }))
  }
  return {
    kind: 'manifests-pruned',
    id: lab,
    probe: { of: 'api', target: cluster, read: async (reader: ClusterReader) => present(await leftovers(reader)) },
    diff: is =>
      (is.is === 'present' ? is.state : []).map(left => ({ attribute: showRef(left), before: 'applied', after: null })),
    async apply(on, is) {
      const left = is.is === 'present' ? is.state : []
      for (const wave of [undefined, ...holdingData]) {
        const going = left.filter(({ kind }) => (wave === undefined ? !holdingData.includes(kind) : kind === wave))
        await Promise.all(going.map(object => on.delete(object, object.uid)))
        await gone(on, going)
      }
    },
  }
}

/** The group and name decide, not the version: a manifest may name a newer one than the API lists first. */
const keyOf = ({ apiVersion, kind, namespace, name }: ObjectRef): string =>
  [apiVersion.includes('/') ? apiVersion.split('/')[0] : '', kind, namespace ?? '', name].join('\0')

async function gone(on: ClusterWriter, objects: readonly Leftover[]): Promise<void> {
  await on.until('deleted objects to be gone', goneLimitSeconds, async () => {
    const found = await Promise.all(objects.map(object => on.get(object)))
    const staying = objects.filter((object, index) => found[index]?.metadata.uid === object.uid)
    return staying.length === 0 || `${staying.map(showRef).join(', ')} (a finalizer may hold it)`
  })
}
