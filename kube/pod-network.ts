/** Addresses of pods. kubeadm gives each node a part of it, and Flannel must be told the same. */
export const podSubnet = '10.244.0.0/16'
/** Addresses of services: kubeadm's default. */
export const serviceSubnet = '10.96.0.0/12'

/** Where Flannel's own manifests put it. */
export const flannelPods = { namespace: 'kube-flannel', selector: 'app=flannel' } as const
