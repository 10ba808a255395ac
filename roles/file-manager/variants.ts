import { usageError } from '../../engine/errors.ts'
import { didYouMean } from '../../engine/suggest.ts'

/** How the file manager stands on a lab. */
export interface Variant {
  /** Folders of manifests/, besides the shared one. */
  readonly folders: readonly string[]
  readonly replicas: number
  /** Of the servers' files; without one they lie in the pod and go with it. */
  readonly claim?: string
  /** Its files lie on the storage host, in a folder of their own. */
  readonly shared?: true
  /** On one node, the first of the group `workers`, with a folder of it for the files. */
  readonly pinned?: true
}

export const variants: Readonly<Record<string, Variant>> = {
  basic: { folders: [], replicas: 1 },
  advanced1: { folders: ['file-manager/advanced1'], replicas: 3, claim: 'local-pvc', pinned: true },
  advanced2: { folders: ['file-manager/advanced2'], replicas: 3, claim: 'nfs-pvc', shared: true },
}

/** What an inventory writes where a lab is to have no file manager. */
export const noVariant = 'none'

export const variantNames: readonly string[] = [noVariant, ...Object.keys(variants)]

/** Undefined for `none`. Throws `file-manager-variant` on a name that is none. */
export function variantOf(name: string): Variant | undefined {
  if (name === noVariant) return undefined
  if (Object.hasOwn(variants, name)) return variants[name]
  throw usageError({
    code: 'file-manager-variant',
    message: `The file manager has no variant ${name}`,
    place: 'vars: { file-manager: { variant } }',
    next: didYouMean(name, variantNames, 'there are'),
  })
}
