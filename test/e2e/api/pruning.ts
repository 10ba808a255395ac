import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ObjectRef } from '../../../kube/api/objects.ts'
import { equal, holds, prove } from '../proof.ts'
import { settings, volume } from './objects.ts'
import { list, play, root, session, setStatus, write } from './stage.ts'

/** What no file names any more. */
export async function pruning(): Promise<void> {
  await prove('a kind of our own goes before its objects, and both are found again', async () => {
    const names = { plural: 'lamps', singular: 'lamp', kind: 'Lamp' }
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
    write('40-kind.yaml', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'lamps.andamio.dev' },
      spec: {
        group: 'andamio.dev',
        scope: 'Namespaced',
        names,
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    })
    write('41-lamp.yaml', {
      apiVersion: 'andamio.dev/v1',
      kind: 'Lamp',
      metadata: { namespace: 'app', name: 'hall' },
      on: true,
    })
    await play(list())
    equal(await play(list()), [], 'changes of the second time')
  })

  await prove('what no file names any more goes, but nothing that holds data', async () => {
    write('50-volume.yaml', volume)
    const volumeRef: ObjectRef = { apiVersion: 'v1', kind: 'PersistentVolume', name: 'shared' }
    const applying = play(list())
    await session.writer.until(
      'the volume',
      5,
      async () => (await session.reader.get(volumeRef)) !== undefined || 'it is not there',
    )
    await setStatus(volumeRef, { phase: 'Available', observedGeneration: undefined })
    await applying
    for (const name of ['20-settings.yaml', '41-lamp.yaml', '50-volume.yaml']) rmSync(join(root, 'app', name))
    equal(
      [...(await play(list()))].sort(),
      ['manifests-pruned lab: ConfigMap app/settings', 'manifests-pruned lab: Lamp app/hall'],
      'what went',
    )
    holds((await session.reader.get(volumeRef)) !== undefined, 'the volume is there')
    holds((await session.reader.get({ ...settings, name: 'theirs' })) !== undefined, "what is somebody else's is there")
    const going = play(list(false))
    equal(
      await Promise.race([
        going,
        session.writer
          .until('its finalizer', 20, async () => {
            await session.writer.patch(volumeRef, { metadata: { finalizers: null } }).catch(() => undefined)
            return (await session.reader.get(volumeRef)) === undefined || 'it is there'
          })
          .then(() => going),
      ]),
      ['manifests-pruned lab: PersistentVolume shared'],
      'what went when asked',
    )
  })
}
