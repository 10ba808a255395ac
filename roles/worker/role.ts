import { defineRole } from '../../engine/play/role.ts'
import { Late } from '../../engine/resource/late.ts'
import { controlPlaneGroup } from '../../kube/api/cluster.ts'
import { kubeadmJoin } from '../../kube/kubeadm/join.ts'
import { podsReady } from '../../kube/nodes/pods-ready.ts'
import { flannelPods } from '../../kube/pod-network.ts'

export const worker = defineRole({
  name: 'worker',
  summary: 'Joins a host to the cluster, and waits until the cluster has it as a ready node whose pods are connected.',
  vars: {},
  resources: (_, { host, lab, asked }) => {
    const [controlPlane] = lab.hostsOf(controlPlaneGroup)
    const connected = podsReady({ what: `flannel on ${host}`, ...flannelPods, node: host })
    const joined = kubeadmJoin({
      lab: lab.name,
      host,
      address: lab.addressOf(host),
      apiAddress: controlPlane
        ? lab.addressOf(controlPlane)
        : new Late<string>('address of a control plane', () => undefined),
      takeOver: asked.takeOver,
    })
    return [{ ...joined, alters: [connected] }, connected]
  },
})
