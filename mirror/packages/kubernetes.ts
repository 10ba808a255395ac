import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { versions } from '../../kube/versions.ts'
import type { DebPackage, PackagedFile } from '../apt/package.ts'

export const text = (name: string): Promise<string> => readFile(new URL(name, import.meta.url), 'utf8')

/** A program, as every package ships it. */
export const program = (path: string, file: string): PackagedFile => ({ path, mode: '0755', content: { file } })

const version = `${versions.kubernetes.version}-1.1`
const common = { version, homepage: 'https://kubernetes.io' }

/**
 * The packages of pkgs.k8s.io, with its names, versions, dependencies and files. One dependency is left out: kubeadm's on
 * cri-tools, a program that kubeadm no longer runs and that is not published as a Go module.
 */
export async function kubernetesPackages(
  binaries: string,
  plugins: string,
  pluginNames: readonly string[],
): Promise<readonly DebPackage[]> {
  const bin = (name: string) => program(`/usr/bin/${name}`, join(binaries, name))
  const units = '/usr/lib/systemd/system'
  return [
    {
      ...common,
      name: 'kubeadm',
      section: 'admin',
      summary: 'Command-line utility for administering a Kubernetes cluster',
      depends: [],
      files: [
        bin('kubeadm'),
        { path: `${units}/kubelet.service.d/10-kubeadm.conf`, mode: '0644', content: await text('10-kubeadm.conf') },
      ],
    },
    {
      ...common,
      name: 'kubelet',
      section: 'net',
      summary: 'Node agent for Kubernetes clusters',
      depends: ['iptables (>= 1.4.21)', 'kubernetes-cni (>= 1.2.0)', 'mount', 'util-linux'],
      files: [
        bin('kubelet'),
        { path: `${units}/kubelet.service`, mode: '0644', content: await text('kubelet.service') },
        { path: '/etc/default/kubelet', mode: '0644', content: 'KUBELET_EXTRA_ARGS=\n' },
        { path: '/var/lib/kubelet/.kubelet-keep', mode: '0644', content: '' },
        { path: '/etc/kubernetes/manifests/.kubelet-keep', mode: '0644', content: '' },
      ],
    },
    {
      ...common,
      name: 'kubectl',
      section: 'admin',
      summary: 'Command-line utility for interacting with a Kubernetes cluster',
      depends: [],
      files: [bin('kubectl')],
    },
    {
      ...common,
      name: 'kubernetes-cni',
      version: `${versions.cniPlugins.version}-1.1`,
      section: 'net',
      summary: 'Binaries required to provision container networking',
      depends: [],
      files: pluginNames.map(name => program(`/opt/cni/bin/${name}`, join(plugins, name))),
    },
  ]
}
