/** Where a script may put things without being seen to write. */
const own = '/run/dry-run'

/** Where anything that lasts is kept, but for what the host itself writes at any time. */
const trees = '/etc /home /root /mnt /opt /srv /usr/local /var/lib /var/spool'
const itself = [
  '/var/lib/systemd',
  '/var/lib/apt/daily_lock',
  '/var/lib/logrotate',
  '/var/lib/private',
  '/var/lib/sudo',
]

/** What the pods of a cluster and its store write at any time; its objects are compared by their versions. */
const ofCluster = ['/var/lib/etcd', '/var/lib/kubelet/pods', '/mnt/nfs-share']

const listing = (left: readonly string[]): string => `
mkdir -p ${own}
listing() {
  find ${trees} -xdev \\( ${[...itself, ...left].map(path => `-path ${path}`).join(' -o ')} \\) -prune -o -printf '%p %y %m %U:%G %s %T@ %C@ %l\\n' | sort
  find /etc -xdev -type f -exec sha256sum {} + | sort -k 2
  dpkg-query -W -f='\${Package} \${Status} \${Version}\\n'
  systemctl list-unit-files --no-pager --no-legend --plain
  systemctl list-units --all --no-pager --no-legend --plain --type=service,mount,socket,swap |
    awk '$1 !~ /^(user|session|systemd-|apt-daily|dpkg-db|e2scrub|logrotate|man-db|fstrim|kubelet)/ { print $1, $2, $3, $4 }'
  cut -d' ' -f4- /proc/self/mountinfo
  hostname; cat /proc/swaps /proc/modules 2>/dev/null
  grep -s '' /proc/sys/net/ipv4/ip_forward /proc/sys/net/bridge/*
  cat /var/lib/nfs/etab 2>/dev/null
}`

/** Notes what the host holds: names, rights, times and sums of its files, packages, units, mounts, settings. */
export const noteState = noteBut([])
export const noteNode = noteBut(ofCluster)

/** Prints in what it differs from what was noted; nothing where it does not. */
export const differsFromNoted = differsBut([])
export const nodeDiffers = differsBut(ofCluster)

function noteBut(left: readonly string[]): string {
  return `${listing(left)}
listing >${own}/before 2>&1 || :`
}

function differsBut(left: readonly string[]): string {
  return `${listing(left)}
listing >${own}/after 2>&1 || :
diff ${own}/before ${own}/after | grep '^[<>]' | head -n 20`
}
