/** What kubeadm and we keep on a node, under another root in tests. */
export const nodePaths = (root = '') =>
  ({
    adminConf: `${root}/etc/kubernetes/admin.conf`,
    kubeletConf: `${root}/etc/kubernetes/kubelet.conf`,
    bootstrapConf: `${root}/etc/kubernetes/bootstrap-kubelet.conf`,
    manifests: `${root}/etc/kubernetes/manifests`,
    ca: `${root}/etc/kubernetes/pki/ca.crt`,
    kubeletConfig: `${root}/var/lib/kubelet/config.yaml`,
    etcdMember: `${root}/var/lib/etcd/member`,
    /** Ours; kubeadm knows nothing of it. */
    ours: `${root}/var/lib/andamio`,
    initConfig: `${root}/var/lib/andamio/kubeadm-init.yaml`,
    /** There from before an init that began on a blank host until it has ended well. */
    initBegun: `${root}/var/lib/andamio/init-begun`,
    machineId: `${root}/etc/machine-id`,
    listening: `${root}/proc/net`,
  }) as const

export type NodePaths = ReturnType<typeof nodePaths>

export const criSocket = 'unix:///run/containerd/containerd.sock'

/** Names the lab on every node that we made, so that no other is ever removed. */
export const labLabel = 'andamio.dev/lab'
