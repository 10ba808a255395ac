import { minorOf, versions } from '../kube/versions.ts'
import { goStep } from './go-step.ts'

const kubernetesVersion = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap(path => {
  const [major, minor] = minorOf(versions.kubernetes.version).split('.')
  return [
    `${path}.gitVersion=v${versions.kubernetes.version}`,
    `${path}.gitMajor=${major}`,
    `${path}.gitMinor=${minor}`,
    `${path}.gitTreeState=clean`,
  ]
})

/** Programs that go into packages and images. */
export const kubernetesPrograms = goStep({
  name: 'kubernetes',
  summary: `Kubernetes ${versions.kubernetes.version} from its Go module`,
  coldSeconds: 390,
  programs: [
    'kubelet',
    'kubeadm',
    'kubectl',
    'kube-apiserver',
    'kube-controller-manager',
    'kube-scheduler',
    'kube-proxy',
  ].map(name => ({ name, package: `k8s.io/kubernetes/cmd/${name}`, set: kubernetesVersion })),
})

export const etcdPrograms = goStep({
  name: 'etcd',
  summary: `etcd ${versions.etcd.version} from its Go modules`,
  coldSeconds: 60,
  programs: [
    { name: 'etcd', package: 'go.etcd.io/etcd/server/v3' },
    { name: 'etcdctl', package: 'go.etcd.io/etcd/etcdctl/v3' },
    { name: 'etcdutl', package: 'go.etcd.io/etcd/etcdutl/v3' },
  ],
})

export const corednsProgram = goStep({
  name: 'coredns',
  summary: `CoreDNS ${versions.coredns.version} with the plugins of a cluster's DNS`,
  coldSeconds: 60,
  programs: [{ name: 'coredns', package: '.' }],
})

const containerd = 'github.com/containerd/containerd/v2'

export const containerdPrograms = goStep({
  name: 'containerd',
  summary: `containerd ${versions.containerd.version} from its Go module`,
  coldSeconds: 90,
  programs: ['containerd', 'containerd-shim-runc-v2', 'ctr'].map(name => ({
    name,
    package: `${containerd}/cmd/${name}`,
    // As Docker's build of it calls itself.
    set: [
      `${containerd}/version.Package=containerd.io`,
      `${containerd}/version.Version=v${versions.containerd.version}`,
    ],
  })),
})

export const runcProgram = goStep({
  name: 'runc',
  summary: `runc ${versions.runc.version} from its Go module`,
  coldSeconds: 30,
  programs: [{ name: 'runc', package: 'github.com/opencontainers/runc' }],
  // Without seccomp (which is C) every pod fails: the kubelet's default profile needs it.
  cgo: { tags: ['seccomp', 'netgo', 'osusergo'], debianPackages: ['gcc', 'libc6-dev', 'libseccomp-dev', 'pkg-config'] },
})

const plugins = 'github.com/containernetworking/plugins/plugins'

export const cniPluginPrograms = goStep({
  name: 'cni-plugins',
  summary: `CNI plugins ${versions.cniPlugins.version} from their Go module`,
  coldSeconds: 30,
  programs: [
    ...['main/bridge', 'main/loopback', 'main/ptp', 'main/host-device', 'main/ipvlan', 'main/macvlan'],
    ...['ipam/host-local', 'ipam/dhcp', 'ipam/static'],
    ...['meta/bandwidth', 'meta/firewall', 'meta/portmap', 'meta/sbr', 'meta/tuning', 'meta/vrf'],
  ].map(path => ({
    name: path.replace(/.*\//, ''),
    package: `${plugins}/${path}`,
    set: [`github.com/containernetworking/plugins/pkg/utils/buildversion.BuildVersion=v${versions.cniPlugins.version}`],
  })),
})

export const flannelCniProgram = goStep({
  name: 'cni-flannel',
  summary: "Flannel's CNI plugin from its Go module",
  coldSeconds: 10,
  programs: [{ name: 'flannel', package: `${plugins}/meta/flannel` }],
})

export const flannelProgram = goStep({
  name: 'flannel',
  summary: `Flannel ${versions.flannel.version} from its Go module`,
  coldSeconds: 90,
  programs: [
    {
      name: 'flanneld',
      package: 'github.com/flannel-io/flannel',
      set: [`github.com/flannel-io/flannel/pkg/version.Version=v${versions.flannel.version}`],
    },
  ],
  // Its udp backend is C.
  cgo: { tags: ['netgo', 'osusergo'], debianPackages: ['gcc', 'libc6-dev'] },
})
