import { defineRole } from '../../engine/play/role.ts'
import { imagesPulled } from '../../kube/kubeadm/images-pulled.ts'
import { images } from '../../kube/versions.ts'

/** What runs on every node. */
const { pause, proxy, flannelCniPlugin, flannel } = images

export const nodeImages = defineRole({
  name: 'node-images',
  summary: 'Pulls what every node runs before it is a node, so that joining does not wait for it.',
  vars: {},
  resources: () => [imagesPulled('of every node', [pause, proxy, flannelCniPlugin, flannel])],
})
