import { expect, test } from 'vitest'
import { pristineGuest } from './pristine-guest.ts'

const told = (kind: string, id: string) => pristineGuest('cp', kind, id)

test('of a machine of a published image that is told which is so on every one', () => {
  for (const [kind, id] of [
    ['apt-packages', 'containerd.io'],
    ['apt-packages', 'nfs-kernel-server'],
    ['apt-hold', 'kubeadm kubelet kubectl kubernetes-cni'],
    ['directory', '/mnt/nfs-share'],
    ['file', '/etc/containerd/config.toml'],
    ['systemd-unit', 'kubelet.service'],
    ['kubeadm-join', 'cp'],
  ] as const)
    expect([kind, id, told(kind, id)]).toEqual([kind, id, { is: 'absent' }])
  expect(told('apt-repository', 'kubernetes')).toMatchObject({ state: { source: null, key: null } })
  expect(told('assertion', 'systemd runs the host')).toMatchObject({ is: 'present', state: 'systemd' })
})

test('and nothing in which images differ', () => {
  for (const [kind, id] of [
    ['apt-packages', 'nfs-common'],
    ['systemd-unit', 'rpcbind.service'],
    ['directory', '/etc/nfs.conf.d'],
    ['file', '/etc/nfs.conf.d/andamio.conf'],
    ['file', '/etc/hosts'],
    ['directory', '/home/vagrant/data'],
    ['hostname', 'hostname'],
    ['swap', 'off'],
    ['kernel-modules', 'kubernetes'],
    ['sysctl', '90-kubernetes'],
    ['command', 'keep the time in step'],
    ['assertion', 'disk of /var is at least 10240 MiB'],
    ['assertion', 'free space of /var is at least 512 MiB'],
  ] as const)
    expect([kind, id, told(kind, id)]).toEqual([kind, id, undefined])
})
