import { defineRole } from '../../engine/play/role.ts'
import { apiAddressOf } from '../../kube/api/api-address.ts'
import { controlPlaneGroup } from '../../kube/api/cluster.ts'
import { kubeadmJoin } from '../../kube/kubeadm/join.ts'
import { nodeReported } from '../../kube/nodes/node-reported.ts'
import { podsReady } from '../../kube/nodes/pods-ready.ts'
import { flannelPods } from '../../kube/pod-network.ts'
import { ownAddressesOf } from '../../kube/source.ts'

export const worker = defineRole({
  name: 'worker',
  summary: 'Joins a host to the cluster, and waits until the cluster has it as a ready node whose pods are connected.',
  needs: [controlPlaneGroup],
  vars: {},
  resources: (_, { host, lab, asked }) => {
    const connected = podsReady({ what: `flannel on ${host}`, ...flannelPods, node: host })
    const reported = nodeReported(host)
    const joined = kubeadmJoin({
      lab: lab.name,
      host,
      address: lab.addressOf(host),
      own: ownAddressesOf({ host, lab }),
      apiAddress: apiAddressOf(lab),
      takeOver: asked.takeOver,
    })
    return [{ ...joined, alters: [reported, connected] }, reported, connected]
  },
})
