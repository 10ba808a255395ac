import { defineRole, type RoleView } from '../../engine/play/role.ts'
import { Late } from '../../engine/resource/late.ts'
import { hostname } from '../../engine/resources/hostname.ts'
import { hostsEntries } from '../../engine/resources/hosts-file.ts'
import { kernelModules } from '../../engine/resources/kernel-modules.ts'
import { swapOff } from '../../engine/resources/swap.ts'
import { sysctl } from '../../engine/resources/sysctl.ts'
import { clockAgrees } from './clock.ts'
import { preflight } from './preflight.ts'
import { timeSync } from './time-sync.ts'

/** Groups whose hosts every host knows by name. Workers are not among them: adding one must not touch all others. */
const knownGroups = ['control-plane', 'storage', 'registry']

export const base = defineRole({
  name: 'base',
  summary:
    'Checks what a host must bring, and gives it its name, its neighbours, its time, and a kernel set up for pods.',
  vars: {
    /** Size of the file system behind /var: room for images and for what pods write. */
    minDiskGiB: 10,
    /** What of it must be free at any time, on a host full of images too. */
    minFreeMiB: 512,
    maxClockSkewSeconds: 30,
  },
  resources: ({ minDiskGiB, minFreeMiB, maxClockSkewSeconds }, view) => {
    const time = timeSync()
    return [
      ...preflight({ minDiskGiB, minFreeMiB }),
      // Before its own name: sudo looks that up on every command.
      hostsEntries(neighbours(view)),
      hostname(view.host),
      time,
      clockAgrees(maxClockSkewSeconds, time),
      ...(view.groups.includes('cluster') ? forPods() : []),
    ]
  },
})

/** The host itself first: its own name must lead to the address that others use, not to loopback. */
function neighbours({ host, lab }: RoleView) {
  const names = [...new Set([host, ...knownGroups.flatMap(lab.hostsOf)])]
  const entries = names.map(name => lab.addressOf(name).map(address => ({ address, names: [name] })))
  return Late.all('addresses of the hosts', entries)
}

/** The kubelet refuses swap; overlay is for containerd, the rest lets bridged pod traffic meet iptables and be forwarded. */
const forPods = () => [
  swapOff(),
  kernelModules(['overlay', 'br_netfilter'], { name: 'kubernetes' }),
  sysctl(
    { 'net.bridge.bridge-nf-call-iptables': 1, 'net.bridge.bridge-nf-call-ip6tables': 1, 'net.ipv4.ip_forward': 1 },
    { name: '90-kubernetes' },
  ),
]
