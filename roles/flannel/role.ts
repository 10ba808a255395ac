import { defineRole } from '../../engine/play/role.ts'
import { apiAddressOf } from '../../kube/api/api-address.ts'
import { controlPlaneGroup } from '../../kube/api/cluster.ts'
import { manifestsOf } from '../../kube/manifest/folders.ts'
import { nodesReady } from '../../kube/nodes/nodes-ready.ts'
import { podsReady } from '../../kube/nodes/pods-ready.ts'
import { flannelPods, podSubnet } from '../../kube/pod-network.ts'
import { images } from '../../kube/versions.ts'

export const flannel = defineRole({
  name: 'flannel',
  summary: 'Connects the pods of all nodes by Flannel over VXLAN.',
  vars: {},
  resources: (_, { lab }) => {
    const controlPlanes = lab.hostsOf(controlPlaneGroup)
    const data = { images, podSubnet, apiAddress: apiAddressOf(lab) }
    return [
      // Waited for on the control plane alone: the workers that are to carry the other pods have their turn after this.
      ...manifestsOf({ lab: lab.name, folders: ['flannel'], data }).resources,
      ...controlPlanes.map(node => podsReady({ what: `flannel on ${node}`, ...flannelPods, node })),
      nodesReady(controlPlanes),
    ]
  },
})
