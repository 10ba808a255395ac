import { defineRole } from '../../engine/play/role.ts'
import { imagesPulled } from '../../kube/kubeadm/images-pulled.ts'
import { kubeadmInit } from '../../kube/kubeadm/init.ts'
import { nodeReported } from '../../kube/nodes/node-reported.ts'
import { podSubnet } from '../../kube/pod-network.ts'
import { ownAddressesOf } from '../../kube/source.ts'
import { images } from '../../kube/versions.ts'

/** What kubeadm's static pods and CoreDNS run. */
const { apiServer, controllerManager, scheduler, etcd, coredns } = images

export const controlPlane = defineRole({
  name: 'control-plane',
  summary: 'Makes a host the control plane of a Kubernetes cluster by kubeadm.',
  vars: {
    /** Names and addresses beyond the host's own by which people reach the API with a kubeconfig of their own. */
    certSANs: [] as readonly string[],
    /** Checks of kubeadm's that may fail, by its names for them: `NumCPU`, `Mem`. */
    ignorePreflightErrors: [] as readonly string[],
  },
  resources: ({ certSANs, ignorePreflightErrors }, { host, lab, asked }) => {
    const reported = nodeReported(host)
    const begun = kubeadmInit({
      lab: lab.name,
      host,
      address: lab.addressOf(host),
      own: ownAddressesOf({ host, lab }),
      podSubnet,
      certSANs: [host, 'localhost', '127.0.0.1', ...certSANs],
      ignorePreflightErrors,
      takeOver: asked.takeOver,
    })
    return [
      imagesPulled('of the control plane', [apiServer, controllerManager, scheduler, etcd, coredns]),
      { ...begun, alters: [reported] },
      reported,
    ]
  },
})
