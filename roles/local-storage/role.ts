import { defineRole } from '../../engine/play/role.ts'
import { directory } from '../../engine/resources/directory.ts'
import { localFolder, pinnedNode } from '../file-manager/manifests.ts'
import { fileManager } from '../file-manager/role.ts'
import { variantOf } from '../file-manager/variants.ts'

export const localStorage = defineRole({
  name: 'local-storage',
  summary:
    'Makes the folder of one worker that the file manager keeps its files in, where its variant is pinned to one.',
  vars: {
    /** As in the nfs-server role: pods run as this user. */
    uid: 10001,
  },
  resources: ({ uid }, view) => {
    const variant = variantOf(view.varsOf(fileManager).variant)
    const isHere = variant !== undefined && pinnedNode(variant, view) === view.host
    return isHere ? [directory({ path: localFolder, owner: uid, mode: '0770' })] : []
  },
})
