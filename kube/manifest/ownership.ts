import type { AnyObject, KubeObject } from '../api/objects.ts'

/** On every object that we applied: which lab and folder of manifests it came from. */
export const ownerLabel = 'andamio.dev/owned-by'

/** `lab.folder`, of a nested folder the outermost: a label's value may hold no slash, and what moves within stays itself. */
export const ownerOf = (lab: string, folder: string): string => `${lab}.${folder.split('/')[0]}`

export const labelOf = (object: KubeObject): string | undefined => object.metadata.labels?.[ownerLabel]

export const owned = (object: AnyObject, owner: string): AnyObject => ({
  ...object,
  metadata: { ...object.metadata, labels: { ...object.metadata.labels, [ownerLabel]: owner } },
})

/** A file that moved from one folder to another takes its objects along; another lab's stay its own. */
export const ofSameLab = (found: string | null, owner: string): boolean =>
  found !== null && found.split('.')[0] === owner.split('.')[0]
