import { present, type Resource } from '../../engine/resource/resource.ts'
import { cluster } from '../api/cluster.ts'
import { type AnyObject, type ObjectRef, type Pod, showRef } from '../api/objects.ts'
import type { ClusterReader } from '../api/reader.ts'
import type { ClusterWriter } from '../api/writer.ts'
import { podTroubles } from '../nodes/pod-trouble.ts'
import { standing } from './status.ts'

/** What is not ready, by what it lacks. */
type Lacks = { readonly [object: string]: string }

/** Waits until the objects of one file are what they say. Only then does the next file's turn come. */
export function manifestReady(
  file: string,
  refs: readonly ObjectRef[],
  limitSeconds: number,
): Resource<Lacks, ClusterWriter> {
  async function look(
    reader: ClusterReader,
  ): Promise<readonly (readonly [ObjectRef, AnyObject | undefined, string])[]> {
    const objects = await Promise.all(refs.map(ref => reader.get(ref)))
    return refs.flatMap((ref, index) => {
      const object = objects[index]
      const { ready, why } = object ? standing(object) : { ready: false, why: 'it is not there' }
      return ready ? [] : [[ref, object, why] as const]
    })
  }
  return {
    kind: 'manifest-ready',
    id: file,
    waits: true,
    probe: {
      of: 'api',
      target: cluster,
      read: async (reader: ClusterReader) =>
        present(Object.fromEntries((await look(reader)).map(([ref, , why]) => [showRef(ref), why]))),
    },
    // An object that is about to change is waited for, too: it has to become ready once more.
    diff: (is, will) =>
      refs
        .map(showRef)
        .filter(id => is.is === 'absent' || id in is.state || will.change({ kind: 'manifest', id }))
        .map(object => ({ attribute: object, before: 'not ready', after: 'ready' })),
    async apply(on) {
      await on.until(`${file} to be ready`, limitSeconds, async () => {
        const lacking = await look(on)
        if (lacking.length === 0) return true
        const told = await Promise.all(
          lacking.map(
            async ([ref, object, why]) => `${showRef(ref)}: ${[why, ...(await podTrouble(on, object))].join('; ')}`,
          ),
        )
        return told.join(' | ')
      })
    },
  }
}

/** What the pods of a workload say: an image that does not come is told there, not by the Deployment. */
async function podTrouble(reader: ClusterReader, object: AnyObject | undefined): Promise<readonly string[]> {
  const { selector } = (object?.spec ?? {}) as { selector?: { matchLabels?: Readonly<Record<string, string>> } }
  if (!object || !selector?.matchLabels || !object.metadata.namespace) return []
  const labelSelector = Object.entries(selector.matchLabels)
    .map(pair => pair.join('='))
    .join(',')
  const pods = await reader.list<Pod>(
    { apiVersion: 'v1', kind: 'Pod' },
    { namespace: object.metadata.namespace, labelSelector },
  )
  return podTroubles(reader, pods)
}
