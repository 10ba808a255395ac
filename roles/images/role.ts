import { defineRole } from '../../engine/play/role.ts'
import { imageContext } from '../../kube/images/context.ts'
import { image } from '../../kube/images/image.ts'
import { imagePlace } from '../../kube/images/place.ts'
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
    /** Where they are pushed: `docker.io` or another registry that nodes can pull from; empty is the lab's own. */
    registry: '',
    /** Whose they are there. */
    account: '',
    /** On this machine, by its whole path or from `~/`: what the account proves itself by. For its owner's eyes alone. */
    passwordFile: '',
    /** Likewise: who has signed the registry's certificate, where that is not known to everybody. */
    caFile: '',
  },
  resources: ({ names, platform, ...registry }, view) => {
    const place = imagePlace(registry)
    const variant = variantOf(view.varsOf(fileManager).variant)
    return [...names, ...(variant ? ofFileManager : [])].map(name => image(imageContext(name, platform), place))
  },
})
