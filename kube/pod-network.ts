/** Addresses of pods. kubeadm gives each node a part of it, and Flannel must be told the same. */
export const podSubnet = '10.244.0.0/16'
/** Addresses of services: kubeadm's default. */
export const serviceSubnet = '10.96.0.0/12'

/**
 * Shell text that takes away what Flannel and the plugins leave on a host that is no node any more, and `kubeadm reset`
 * leaves too. A node that comes again gets another part of the addresses: no pod would start behind a bridge that has one
 * of the former part.
 */
export const podNetworkGone = `for link in cni0 flannel.1; do
  if [ -e "/sys/class/net/$link" ]; then ip link delete "$link"; fi
done
rm -rf /run/flannel /var/lib/cni /etc/cni/net.d/10-flannel.conflist`

/** Where Flannel's own manifests put it. */
export const flannelPods = { namespace: 'kube-flannel', selector: 'app=flannel' } as const
