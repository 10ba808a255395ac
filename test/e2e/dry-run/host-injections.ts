import type { Draw, Injection } from './injection.ts'
import {
  always,
  enabledTurned,
  halfConfigured,
  holdLifted,
  occupied,
  otherVersion,
  pipeInstead,
  removedDirectory,
  spoiltDirectory,
  spoiltFile,
  touchedFile,
  unitTurned,
  unreadDropIn,
  withoutPackages,
} from './shell-injections.ts'

const etc = '/etc/docker/registry'
const certs = '/etc/containerd/certs.d'
const mended = (what: string, about: readonly string[], look: string, script: string): Draw =>
  always({ what, about, look, script, becomes: 'mended' })
const left = (one: Omit<Injection, 'becomes'> & { readonly undo: string }): Draw => always({ ...one, becomes: 'left' })

const account = (name: string): string => `getent passwd ${name}; id -nG ${name}`

/** What every host has: its name, its neighbours, and the catalogue. */
const anyHost: readonly Draw[] = [
  spoiltFile(['/etc/hosts', '/etc/hostname']),
  touchedFile(['/etc/hosts', '/srv/keeper/settings']),
  mended('another name by now', ['name'], 'hostname', 'echo elsewhere >/proc/sys/kernel/hostname'),
  spoiltFile(['/srv/keeper/settings'], ['keeper']),
  pipeInstead(['/srv/keeper/settings'], ['keeper']),
  spoiltFile(['/etc/systemd/system/keeper.service'], ['keeper.service']),
  unitTurned('keeper.service', ['stop', 'disable', 'disable --now', 'kill -s KILL']),
  unreadDropIn('keeper.service'),
  spoiltDirectory(['/srv/keeper']),
  mended(
    '/srv/keeper/current: elsewhere',
    ['current'],
    'readlink /srv/keeper/current',
    'ln -sfn mark /srv/keeper/current',
  ),
  mended(
    '/srv/keeper/current: a file',
    ['current'],
    'readlink /srv/keeper/current',
    'rm /srv/keeper/current; echo >/srv/keeper/current',
  ),
  mended('/srv/keeper/mark: removed', ['mark'], 'ls /srv/keeper/mark', 'rm /srv/keeper/mark'),
  mended('another shell', ['keeper'], account('keeper'), 'usermod -s /bin/sh keeper'),
  mended('out of a group', ['keeper'], account('keeper'), 'gpasswd -d keeper audio >/dev/null'),
  mended('no such user', ['keeper'], account('keeper'), 'userdel keeper'),
  mended('another number of a group', ['keeper'], 'getent group keepers', 'groupmod -g 4799 keepers'),
  mended('nothing mounted', ['scratch'], 'grep -c " /srv/scratch " /proc/mounts', 'umount /srv/scratch'),
  mended(
    'mounted twice',
    ['scratch'],
    'grep " /srv/scratch " /proc/mounts | tail -n 1',
    'mount -t tmpfs other /srv/scratch',
  ),
  spoiltFile(['/etc/systemd/system/srv-scratch.mount'], ['scratch']),
  unitTurned('srv-scratch.mount', ['disable']),
  occupied('/etc/hosts', 'directory'),
  occupied('/srv/keeper/current', 'directory'),
  left({
    what: 'a line in fstab',
    about: ['fstab'],
    look: 'sha256sum /etc/fstab',
    script: 'echo "tmpfs /srv/other tmpfs noauto 0 0" >>/etc/fstab',
    undo: 'sed -i /srv.other/d /etc/fstab; systemctl daemon-reload',
  }),
  left({
    what: 'a file of somebody else',
    about: ['motd'],
    look: 'cat /etc/motd.d/mine',
    script: 'mkdir -p /etc/motd.d; echo mine >/etc/motd.d/mine',
    undo: 'rm /etc/motd.d/mine',
  }),
  left({
    what: 'a user of somebody else',
    about: ['visitor'],
    look: account('visitor'),
    script: 'useradd -M visitor',
    undo: 'userdel visitor',
  }),
]

const kube = ['kubelet', 'kubeadm', 'kubectl', 'kubernetes-cni']
const aptFiles = (name: string) => [`/etc/apt/sources.list.d/${name}.sources`, `/etc/apt/keyrings/${name}.asc`]
const bridged = 'net/bridge/bridge-nf-call-iptables net/bridge/bridge-nf-call-ip6tables net/ipv4/ip_forward'
const containerdsOwn = ['/etc/containerd/config.toml', 'containerd.service']

const node: readonly Draw[] = [
  withoutPackages(['nfs-common']),
  withoutPackages(['kubectl']),
  withoutPackages(['kubelet', 'kubeadm'], ['kubelet.service']),
  withoutPackages(['kubernetes-cni', 'kubelet', 'kubeadm'], ['kubelet.service']),
  withoutPackages(['containerd.io'], containerdsOwn),
  halfConfigured('kubectl', []),
  halfConfigured('nfs-common', []),
  otherVersion('kubectl', '1.30.0-1.1', false, 'mended'),
  otherVersion('kubectl', '1.30.0-1.1', true, 'refused'),
  otherVersion('kubectl', '9.0.0-1.1', true, 'refused'),
  holdLifted(['containerd.io', ...kube]),
  spoiltFile(['docker', 'kubernetes'].flatMap(aptFiles)),
  mended("all lists of apt's: gone", ['lists'], 'ls /var/lib/apt/lists | grep -c _deb_', 'rm -rf /var/lib/apt/lists/*'),
  mended(
    'lists of kubernetes: gone',
    ['lists'],
    'ls /var/lib/apt/lists | grep -c _deb_',
    'rm /var/lib/apt/lists/*_deb_*',
  ),
  spoiltFile(['/etc/containerd/config.toml'], ['containerd.io']),
  spoiltFile(['registry.k8s.io', 'ghcr.io'].map(name => `${certs}/${name}/hosts.toml`)),
  spoiltFile(['registry.k8s.io', 'ghcr.io'].map(name => `${certs}/${name}/ca.crt`)),
  pipeInstead([`${certs}/ghcr.io/hosts.toml`]),
  spoiltDirectory([certs, `${certs}/ghcr.io`]),
  removedDirectory(`${certs}/registry.k8s.io`, [
    `${certs}/registry.k8s.io/hosts.toml`,
    `${certs}/registry.k8s.io/ca.crt`,
  ]),
  unitTurned('containerd.service', ['stop', 'disable', 'mask', 'mask --now', 'mask --runtime', 'disable --now']),
  unreadDropIn('containerd.service'),
  enabledTurned('kubelet.service', ['disable', 'mask', 'mask --runtime']),
  spoiltFile(['/etc/modules-load.d/kubernetes.conf', '/etc/sysctl.d/90-kubernetes.conf']),
  random => {
    const path = bridged.split(' ')[Math.floor(random() * 3)] ?? ''
    return {
      what: `sysctl ${path}: 0`,
      about: ['sysctl'],
      look: `cat /proc/sys/${path}`,
      script: `echo 0 >/proc/sys/${path}`,
      becomes: 'mended',
    }
  },
  mended('swap at boot', ['swap'], 'readlink /etc/systemd/system/swap.target', 'systemctl -q unmask swap.target'),
  occupied('/etc/containerd/config.toml', 'directory'),
  occupied(`${certs}/ghcr.io`, 'file'),
]

const nfsOwn = ['nfs-server.service', 'nfs-mountd.service', '/etc/nfs.conf.d/andamio.conf', 'export']
const registryUnits = ['docker-registry', 'docker-registry-pull']

const storage: readonly Draw[] = [
  withoutPackages(['nfs-kernel-server'], nfsOwn),
  withoutPackages(['docker-registry'], [...registryUnits.map(name => `${name}.service`), 'registry files']),
  halfConfigured('docker-registry', []),
  spoiltFile(
    ['tls.crt', 'tls.key', 'htpasswd', 'push.yml', 'pull.yml'].map(name => `${etc}/${name}`),
    ['registry files'],
  ),
  touchedFile([`${etc}/tls.crt`, `${etc}/push.yml`]),
  spoiltFile(registryUnits.map(name => `/etc/systemd/system/${name}.service`)),
  ...registryUnits.map(name => unitTurned(`${name}.service`, ['stop', 'disable', 'disable --now'])),
  unreadDropIn('docker-registry.service'),
  spoiltDirectory(['/var/lib/docker-registry', '/mnt/nfs-share', '/mnt/nfs-share/FileManagerDir', '/etc/nfs.conf.d']),
  removedDirectory('/mnt/nfs-share/FileManagerDir', []),
  spoiltFile(['/etc/nfs.conf.d/andamio.conf']),
  spoiltFile(['/etc/exports.d/mnt-nfs-share.exports'], ['export']),
  mended('exported to nobody', ['export'], 'cut -f1 /var/lib/nfs/etab', 'exportfs -ua'),
  mended(
    'exported read only',
    ['export'],
    'grep -c "(rw," /var/lib/nfs/etab',
    `client=$(sed -n 's/^.mnt.nfs-share\\t\\([^(]*\\)(.*/\\1/p' /var/lib/nfs/etab | head -n 1); exportfs -o ro,sync,no_subtree_check "$client:/mnt/nfs-share"`,
  ),
  unitTurned('nfs-server.service', ['stop', 'disable', 'mask', 'disable --now']),
  unitTurned('nfs-mountd.service', ['stop', 'kill -s KILL']),
  unitTurned('rpcbind.service', ['disable']),
  occupied('/mnt/nfs-share/FileManagerDir', 'file'),
  occupied(`${etc}/push.yml`, 'directory'),
]

export const drawsOf = { nfs: [...anyHost, ...storage], worker1: [...anyHost, ...node] } as const
