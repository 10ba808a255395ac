import { defineRole } from '../../engine/play/role.ts'
import { imageContext } from '../../kube/images/context.ts'
import { image } from '../../kube/images/image.ts'

export const images = defineRole({
  name: 'images',
  summary: "Builds the images under images/ whose sources have changed, and pushes them to the lab's registry.",
  vars: {
    /** Folders of images/. */
    names: ['probe'],
    /** Of the nodes that will run them. */
    platform: 'linux/amd64',
  },
  resources: ({ names, platform }) => names.map(name => image(imageContext(name, platform))),
})
