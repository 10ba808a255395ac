import { defineRole } from '../../engine/play/role.ts'
import { aptHold } from '../../engine/resources/apt-hold.ts'
import { aptPackages } from '../../engine/resources/apt-packages.ts'
import { aptRepository } from '../../engine/resources/apt-repository.ts'
import { systemdUnit } from '../../engine/resources/systemd-unit.ts'
import { sourceOf } from '../../kube/source.ts'
import { minorOf, versions } from '../../kube/versions.ts'

const version = versions.kubernetes.version
const programs = ['kubeadm', 'kubelet', 'kubectl']

export const kubernetes = defineRole({
  name: 'kubernetes',
  summary: `Installs kubeadm, kubelet and kubectl ${version} and keeps upgrades from touching them.`,
  vars: {},
  resources: (_, view) => {
    const origin = sourceOf(view).map(source => source.kubernetes)
    return [
      aptRepository({
        name: 'kubernetes',
        // One repository a minor: a new minor is another one, and this one's packages cannot leave theirs by themselves.
        uri: origin.map(({ url }) => `${url}/core:/stable:/v${minorOf(version)}/deb/`),
        suite: '/',
        key: { content: origin.map(({ key }) => key), fingerprint: origin.map(({ fingerprint }) => fingerprint) },
      }),
      aptPackages([
        ...programs.map(name => ({ name, version: `${version}-*` })),
        { name: 'kubernetes-cni', version: `${versions.cniPlugins.version}-*` },
      ]),
      aptHold([...programs, 'kubernetes-cni']),
      // Whether it runs is for kubeadm: until then it has no configuration and restarts in vain.
      systemdUnit({ name: 'kubelet', enabled: true }),
    ]
  },
})
