import { defineRole, type RoleView } from '../../engine/play/role.ts'
import { type ImageContext, imageContext } from '../../kube/images/context.ts'
import { image } from '../../kube/images/image.ts'
import { imagePlace, labPlace } from '../../kube/images/place.ts'
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
  resources: (vars, view) => {
    const place = imagePlace(vars)
    return contextsOf(vars, view).map(context => image(context, place))
  },
})

/** What is to be built for the lab's own registry: empty where images go elsewhere. */
export function imagesForLab(view: RoleView): readonly ImageContext[] {
  const vars = view.varsOf(images)
  return imagePlace(vars) === labPlace ? contextsOf(vars, view) : []
}

function contextsOf(
  { names, platform }: { readonly names: readonly string[]; readonly platform: string },
  view: RoleView,
): readonly ImageContext[] {
  const variant = variantOf(view.varsOf(fileManager).variant)
  return [...names, ...(variant ? ofFileManager : [])].map(name => imageContext(name, platform))
}
