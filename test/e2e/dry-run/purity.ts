/** Where a script may put things without being seen to write. */
const own = '/run/dry-run'

/** Where anything that lasts is kept, but for what the host itself writes at any time. */
const trees = '/etc /home /root /mnt /opt /srv /usr/local /var/lib /var/spool'
const itself = [
  '/var/lib/systemd',
  // Objects are compared by their versions; leases are written all the time.
  '/var/lib/etcd',
  '/var/lib/apt/daily_lock',
  '/var/lib/logrotate',
  '/var/lib/private',
  '/var/lib/sudo',
]

const listing = `
mkdir -p ${own}
listing() {
  find ${trees} -xdev \\( ${itself.map(path => `-path ${path}`).join(' -o ')} \\) -prune -o -printf '%p %y %m %U:%G %s %T@ %C@ %l\\n' | sort
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
export const noteState = `${listing}
listing >${own}/before 2>&1 || :`

/** Prints in what it differs from what was noted; nothing where it does not. */
export const differsFromNoted = `${listing}
listing >${own}/after 2>&1 || :
diff ${own}/before ${own}/after | grep '^[<>]' | head -n 20`
