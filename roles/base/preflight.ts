import type { AnyResource } from '../../engine/resource/resource.ts'
import { assertion } from '../../engine/resources/assertion.ts'

/** What no role can bring about. Builtins and `stat`, which cost a host next to nothing. */
export function preflight(limits: {
  readonly minDiskGiB: number
  readonly minFreeMiB: number
}): readonly AnyResource[] {
  return [
    assertion({
      id: 'systemd runs the host',
      script: 'read -r first </proc/1/comm; echo "$first"',
      expect: 'systemd',
      next: 'Use a host that is booted by systemd: a virtual machine of Debian 12 or Ubuntu 22.04 or newer.',
    }),
    assertion({
      id: 'Debian or Ubuntu',
      script: `while IFS='=' read -r key value; do
  [ "$key" = ID ] || continue
  case $value in (debian|ubuntu) echo 'debian or ubuntu' ;; (*) echo "$value" ;; esac
done </etc/os-release`,
      expect: 'debian or ubuntu',
      next: 'Packages come as .deb from repositories for these two: use one of them.',
    }),
    assertion({
      id: 'processor is x86_64 or aarch64',
      script: 'arch=$(uname -m); case $arch in (x86_64|aarch64) echo "x86_64 or aarch64" ;; (*) echo "$arch" ;; esac',
      expect: 'x86_64 or aarch64',
      next: 'Kubernetes is packaged for 64-bit x86 and ARM: use a host of one of them.',
    }),
    assertion({
      id: 'control groups are version 2',
      script: 'stat -fc %T /sys/fs/cgroup',
      expect: 'cgroup2fs',
      next: 'Boot the host with systemd.unified_cgroup_hierarchy=1, or use a newer release: the kubelet refuses version 1.',
    }),
    ...disk('disk', '%b', limits.minDiskGiB * 1024, `The disk behind /var needs ${limits.minDiskGiB} GiB: enlarge it.`),
    ...disk(
      'free space',
      '%a',
      limits.minFreeMiB,
      'Make room on the disk behind /var: `journalctl --vacuum-size=50M`, `apt-get clean`.',
    ),
  ]
}

/** `stat -f` counts in blocks: %b of the whole file system, %a of what is free. */
function disk(what: string, blocks: string, mebibytes: number, next: string): readonly AnyResource[] {
  const script = `set -- $(stat -fc '${blocks} %S' /var) && mib=$(($1 * $2 / 1048576)) || exit
if [ "$mib" -ge ${mebibytes} ]; then echo enough; else echo "$mib MiB"; fi`
  return [assertion({ id: `${what} of /var is at least ${mebibytes} MiB`, script, expect: 'enough', next })]
}
