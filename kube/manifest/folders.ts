import { fileURLToPath } from 'node:url'
import { Late } from '../../engine/resource/late.ts'
import type { AnyResource, Ref } from '../../engine/resource/resource.ts'
import type { TemplateData } from '../../engine/resources/template.ts'
import { builtInKind } from '../api/kinds.ts'
import { type AnyObject, type ObjectRef, refOf, showRef } from '../api/objects.ts'
import { type ManifestFile, manifestFiles } from './files.ts'
import { manifest } from './manifest.ts'
import { manifestReady } from './manifest-ready.ts'
import { ownerOf } from './ownership.ts'
import { isAwaited } from './status.ts'

/** The project's own manifests. */
export const manifestsRoot = fileURLToPath(new URL('../../manifests', import.meta.url))

export interface Folders {
  readonly lab: string
  readonly folders: readonly string[]
  /** What the files' templates may name, as `it.NAME`. */
  readonly data: TemplateData
  /** How long one file's objects may take to be ready; without it they are not waited for. */
  readonly readyLimitSeconds?: number
  readonly root?: string
}

/** Resources of these folders' files in order, and what they name. */
export function manifestsOf({ lab, folders, data, readyLimitSeconds, root = manifestsRoot }: Folders): {
  readonly resources: readonly AnyResource[]
  readonly refs: readonly ObjectRef[]
} {
  const files = manifestFiles(root, folders, data).map(file => ({ file, refs: file.outline().map(placed).map(refOf) }))
  const definitions = files.flatMap(({ refs }) => refs).filter(({ kind }) => kind === 'CustomResourceDefinition')
  const resources = files.flatMap(({ file, refs }) => {
    const owner = ownerOf(lab, file.folder)
    const objects = refs.map((ref, index) =>
      manifest({
        ref,
        owner,
        file: file.name,
        wish: () => wishOf(file, index),
        definitions: definitionsOf(ref, definitions),
      }),
    )
    const awaited = refs.filter(({ kind }) => isAwaited(kind))
    return awaited.length === 0 || readyLimitSeconds === undefined
      ? objects
      : [...objects, manifestReady(file.name, awaited, readyLimitSeconds)]
  })
  return { resources, refs: files.flatMap(({ refs }) => refs) }
}

/** Those of its group: a definition's name is `plural.group`. */
const definitionsOf = ({ apiVersion }: ObjectRef, definitions: readonly ObjectRef[]): readonly Ref[] =>
  definitions
    .filter(({ name }) => apiVersion.includes('/') && name.endsWith(`.${apiVersion.split('/')[0]}`))
    .map(ref => ({ kind: 'manifest', id: showRef(ref) }))

function wishOf(file: ManifestFile, index: number): AnyObject | Late<unknown> {
  const objects = file.objects()
  if (objects instanceof Late) return objects
  const object = objects[index]
  if (!object) throw new Error(`${file.name} names fewer objects once its values are known`)
  return placed(object)
}

/** With its namespace said, so that one object has one name. */
function placed(object: AnyObject): AnyObject {
  if (object.metadata.namespace !== undefined || !builtInKind(object)?.namespaced) return object
  return { ...object, metadata: { ...object.metadata, namespace: 'default' } }
}
