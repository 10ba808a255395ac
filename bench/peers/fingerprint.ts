import { createHash } from 'node:crypto'
import { sh } from '../../engine/shell/sh.ts'
import { mountOptions, type Work } from './work.ts'

/**
 * A shell script that tells how everything stands that the work is about, a line each. It has nothing in common with any
 * contender's own look, and knows both ways to have a mount at boot: fstab, and a unit that is enabled.
 */
export function fingerprintScript({ packages, directories, files, units, sysctls, mounts }: Work): string {
  return sh`set -u; LC_ALL=C; export LC_ALL
for package in ${packages}; do
  echo "package $package $(dpkg-query -W -f '\${db:Status-Status}' "$package" 2>/dev/null || echo not-installed)"
done
for path in ${directories.map(({ path }) => path)}; do
  echo "directory $path $(stat -c '%F %a %U:%G' -- "$path" 2>/dev/null)"
done
for path in ${files.map(({ path }) => path)}; do
  echo "file $path $(stat -c '%F %a %U:%G' -- "$path" 2>/dev/null) $(sha256sum -- "$path" 2>/dev/null | cut -c1-64)"
done
for unit in ${units}; do
  echo "unit $unit $(systemctl is-enabled "$unit" 2>/dev/null) $(systemctl is-active "$unit" 2>/dev/null)"
done
for key in ${sysctls.map(({ key }) => key)}; do
  echo "sysctl $key now $(sysctl -n "$key" 2>/dev/null) at boot $(
    cat /etc/sysctl.d/90-bench-*.conf 2>/dev/null | tr -d ' ' | sed -n "s/^$key=//p" | tail -n 1)"
done
for path in ${mounts.map(({ path }) => path)}; do
  now=$(findmnt -n -o SOURCE,FSTYPE,OPTIONS --mountpoint "$path" 2>/dev/null)
  size=$(stat -f -c '%b %S' -- "$path" 2>/dev/null)
  unit=$(systemd-escape -p --suffix=mount "$path")
  file=/etc/systemd/system/$unit
  if grep -q " $path " /etc/fstab; then
    boot=$(sed -n "s|^\\([^ ]*\\)[ \\t]*$path[ \\t]*\\([^ ]*\\)[ \\t]*\\([^ ]*\\).*|\\1 \\2 \\3|p" /etc/fstab)
  elif [ -f "$file" ] && systemctl is-enabled -q "$unit"; then
    boot=$(for name in What Type Options; do sed -n "s/^$name=//p" "$file"; done | paste -sd ' ')
  else
    boot=
  fi
  set -- $now
  echo "mount $path now \${1:-} \${2:-} \${size% *} at boot $boot"
done
`
}

/** What the script tells of a host where the work is done. */
export function wished({ packages, directories, files, units, sysctls, mounts }: Work): string {
  const mode = (text: string): string => text.replace(/^0/, '')
  return [
    ...packages.map(name => `package ${name} installed`),
    ...directories.map(each => `directory ${each.path} directory ${mode(each.mode)} ${each.owner}:${each.owner}`),
    ...files.map(
      each =>
        `file ${each.path} regular file ${mode(each.mode)} ${each.owner}:${each.owner} ` +
        createHash('sha256').update(each.content).digest('hex'),
    ),
    ...units.map(name => `unit ${name} enabled active`),
    ...sysctls.map(({ key, value }) => `sysctl ${key} now ${value} at boot ${value}`),
    ...mounts.map(
      each =>
        `mount ${each.path} now ${each.source} tmpfs ${each.mebibytes * 256} ` +
        `at boot ${each.source} tmpfs ${mountOptions(each).join(',')}`,
    ),
    '',
  ].join('\n')
}

/** Lines of a fingerprint that are not as wished, with what they should be; empty where all is done. */
export function differences(work: Work, found: string): readonly string[] {
  const lines = found.split('\n')
  return wished(work)
    .split('\n')
    .flatMap((line, index) =>
      line === (lines[index] ?? '') ? [] : [`should be "${line}", is "${lines[index] ?? ''}"`],
    )
}
