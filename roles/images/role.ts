import { defineRole } from '../../engine/play/role.ts'
import { imageContext } from '../../kube/images/context.ts'
import { image } from '../../kube/images/image.ts'
import { fileManager } from '../file-manager/role.ts'
import { variantOf } from '../file-manager/variants.ts'

const ofFileManager = ['file-manager/broker', 'file-manager/server']

export const images = defineRole({
  name: 'images',
  summary: "Builds the images under images/ whose sources have changed, and pushes them to the lab's registry.",
  vars: {
    /** Folders of images/, besides the file manager's where the lab has one. */
    names: ['probe'],
    /** Of the nodes that will run them. */
    platform: 'linux/amd64',
  },
  resources: ({ names, platform }, view) => {
    const variant = variantOf(view.varsOf(fileManager).variant)
    return [...names, ...(variant ? ofFileManager : [])].map(name => image(imageContext(name, platform)))
  },
})
