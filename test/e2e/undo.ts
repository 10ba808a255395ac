import type { SmallLab } from './small-lab.ts'

/**
 * Takes back single phases of a lab, so that they can be gone through again without building all of it anew. By the
 * programs that an operator would use, and by no code of ours.
 */

const kubectl = 'kubectl --kubeconfig /etc/kubernetes/admin.conf --request-timeout=100s'

/**
 * A node as it was before kubeadm: packages, images and settings stay. `kubeadm reset` says itself that it leaves the
 * network's own files and links; logs go too, for the kubelet counts by them how often a pod was restarted.
 */
export const leaveCluster = `kubeadm reset --force >/dev/null 2>&1
rm -rf /etc/cni/net.d /var/lib/cni /run/flannel /var/lib/andamio /var/log/pods/* /var/log/containers/*
for link in cni0 flannel.1; do ip link delete "$link" 2>/dev/null || :; done
[ ! -e /etc/kubernetes/kubelet.conf ]`

/** A new control plane is another cluster, whose workers must not be nodes of the old one: all of them leave. */
export async function newClusterWanted(lab: SmallLab): Promise<void> {
  await lab.on('worker1', leaveCluster)
  await lab.on('cp', leaveCluster)
}

export async function notJoined(lab: SmallLab, worker: string): Promise<void> {
  await lab.on(worker, leaveCluster)
  await lab.on('cp', `${kubectl} delete node ${worker}`)
}

/** Images and their parts; what nodes have pulled stays there. */
export async function nothingPushed(lab: SmallLab): Promise<void> {
  await lab.on('nfs', 'rm -rf /var/lib/docker-registry/docker')
}

/** Its pods leave with it, which takes as long as they may; each look is a short one. */
export async function nothingApplied(lab: SmallLab): Promise<void> {
  const objects = 'namespace/probe persistentvolume/probe-volume'
  await lab.on('cp', `${kubectl} delete --wait=false --ignore-not-found ${objects}`)
  for (let look = 1; look <= 8; look++) {
    const left = await lab.on('cp', `${kubectl} wait --for=delete --timeout=60s ${objects} || echo left`)
    if (!left.includes('left')) return
  }
  throw new Error(`${objects} did not go within 8 minutes`)
}
