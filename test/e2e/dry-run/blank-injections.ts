/** What somebody may have done to a host before its first run. Each must do on any blank host. */
export const beforeFirstRun: readonly (readonly [what: string, script: string])[] = [
  ['a line in /etc/hosts', 'echo "192.0.2.1 elsewhere" >>/etc/hosts'],
  ['forwarding on', 'echo 1 >/proc/sys/net/ipv4/ip_forward'],
  ['settings of the kernel, others', 'echo "net.ipv4.ip_forward = 0" >/etc/sysctl.d/90-kubernetes.conf'],
  ['swap off at boot', 'systemctl -q mask swap.target'],
  ['a group of that number', 'groupadd -g 4711 keepers'],
  ['a user of another number', 'useradd -u 4750 keeper'],
  ['the share, for everybody', 'mkdir -p /mnt/nfs-share; chmod 0777 /mnt/nfs-share'],
  ['the port of mountd, another', 'mkdir -p /etc/nfs.conf.d; echo "[mountd]" >/etc/nfs.conf.d/andamio.conf'],
  [
    'NFS for clients',
    'apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y install nfs-common >/dev/null',
  ],
  ['half a configuration of containerd', 'mkdir -p /etc/containerd; echo "version = 2" >/etc/containerd/config.toml'],
  ['a folder of a registry', 'mkdir -p -m 0700 /etc/containerd/certs.d/ghcr.io'],
  ['another key for packages', 'mkdir -p /etc/apt/keyrings; echo none >/etc/apt/keyrings/kubernetes.asc'],
  ['settings of the registry', 'mkdir -p /etc/docker/registry; echo "version: 0.1" >/etc/docker/registry/push.yml'],
  ['a unit by that name', 'printf "[Service]\\nExecStart=/bin/sleep 1d\\n" >/etc/systemd/system/keeper.service'],
  ['something mounted there', 'mkdir -p /srv/scratch; mount -t tmpfs other /srv/scratch'],
  ['a unit masked', 'systemctl -q mask nfs-server.service'],
  ['another unit masked', 'systemctl -q mask containerd.service'],
]
