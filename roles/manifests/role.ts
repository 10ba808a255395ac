import { defineRole } from '../../engine/play/role.ts'
import { imageContext } from '../../kube/images/context.ts'
import { imagePlace, imageReference } from '../../kube/images/place.ts'
import { manifestsOf } from '../../kube/manifest/folders.ts'
import { pruned } from '../../kube/manifest/prune.ts'
import { fileManagerManifests } from '../file-manager/manifests.ts'
import { images } from '../images/role.ts'

/** Applied by the role of the same name, on which the nodes depend. */
const elsewhere = ['flannel']

export const manifests = defineRole({
  name: 'manifests',
  summary:
    'Applies the files of folders under manifests/ in the order of their names, and removes what they no longer name.',
  // Where the data of pods lie, and where their images come from.
  needs: ['storage', 'registry'],
  vars: {
    /** Besides those of the variant that the role file-manager names. */
    folders: ['probe'] as readonly string[],
    /** How long one file's objects may take to be ready. */
    readySeconds: 600,
    /** What the nfs-server role exports. */
    storagePath: '/mnt/nfs-share',
    /** Of the images that templates name. */
    platform: 'linux/amd64',
  },
  resources: ({ folders, readySeconds, storagePath, platform }, view) => {
    const { lab, asked } = view
    const [storage] = lab.hostsOf('storage')
    const fileManager = fileManagerManifests(view)
    const place = imagePlace(view.varsOf(images))
    const { resources, refs } = manifestsOf({
      lab: lab.name,
      folders: [...folders, ...fileManager.folders],
      readyLimitSeconds: readySeconds,
      data: {
        image: once((path: string) => imageReference(imageContext(path, platform), place)),
        workers: lab.hostsOf('workers').length,
        ...(storage ? { storage: { address: lab.addressOf(storage), path: storagePath } } : {}),
        ...fileManager.data,
      },
    })
    // Under --limit some of what is to be kept may not be known.
    if (asked.limited) return resources
    return [...resources, pruned({ lab: lab.name, elsewhere, keep: refs, data: asked.pruneData })]
  },
})

/** Sources are read and summed once, however many files name their image. */
function once(make: (path: string) => string): (path: string) => string {
  const made = new Map<string, string>()
  return path => {
    const known = made.get(path) ?? make(path)
    made.set(path, known)
    return known
  }
}
