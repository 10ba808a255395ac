import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { podNetworkGone } from './pod-network.ts'

/** In a world of its own: other network, and nothing of this machine's where something is removed. */
const inOwnWorld = (script: string): string => {
  const setUp = `set -eu
mount -t sysfs none /sys
for folder in /run /var/lib /etc; do mount -n -t tmpfs none "$folder"; done
mkdir -p /run/flannel /run/containerd /var/lib/cni/networks/cbr0 /var/lib/kubelet /etc/cni/net.d
touch /run/flannel/subnet.env /var/lib/cni/networks/cbr0/10.244.3.7
touch /etc/cni/net.d/10-flannel.conflist /etc/cni/net.d/99-own.conflist`
  const look = 'ls /sys/class/net; find /run /var/lib /etc -mindepth 1 | sort'
  return execFileSync('unshare', ['--net', '--mount', 'sh', '-c', `${setUp}\n${script}\n${look}`], { encoding: 'utf8' })
}

test('a host that is no node any more has neither links nor addresses of the pods, and keeps all else', () => {
  const left = inOwnWorld(`ip link add cni0 type bridge; ip link add flannel.1 type bridge; ip link add mine type bridge
${podNetworkGone}`)
  expect(left.trim().split('\n')).toEqual([
    'lo',
    'mine',
    '/etc/cni',
    '/etc/cni/net.d',
    '/etc/cni/net.d/99-own.conflist',
    '/run/containerd',
    '/var/lib/kubelet',
  ])
})

test('where nothing of it is, nothing fails', () => {
  expect(inOwnWorld(`rm -r /run/flannel /var/lib/cni /etc/cni\n${podNetworkGone}`)).toMatch(/^lo\n/)
})
