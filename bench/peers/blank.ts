import { sh } from '../../engine/shell/sh.ts'
import { mountUnitFile } from './render/shell.ts'
import type { Work } from './work.ts'

/**
 * Makes a host blank again: of this work, and of what any contender leaves of it. `before` is the fingerprint that was
 * taken when nothing had been done; what the kernel had then is set again.
 */
export function undoScript({ packages, directories, files, sysctls, mounts }: Work, before: string): string {
  const settings = [...before.matchAll(/^sysctl (\S+) now (\S+) /gm)].map(
    ([, key, value]) => sh`sysctl -q ${`${key}=${value}`}`,
  )
  const unmount = mounts.map(mount => {
    const file = mountUnitFile(mount)
    const unit = file.replace(/.*\//, '')
    return sh`umount ${mount.path} 2>/dev/null; systemctl -q disable ${unit} 2>/dev/null; rm -f ${file}`
  })
  return `set -u; export DEBIAN_FRONTEND=noninteractive
${unmount.join('\n')}
sed -i '/^bench-/d' /etc/fstab
${sh`rm -rf -- ${[...directories, ...files].map(({ path }) => path)} ${sysctls.map(({ file }) => `/etc/sysctl.d/${file}.conf`)}`}
${settings.join('\n')}
${packages.length > 0 ? sh`apt-get -qq purge -y --auto-remove ${packages} >/dev/null 2>&1` : ''}
apt-get clean
rm -rf /run/andamio/fresh
systemctl daemon-reload; systemctl reset-failed
`
}
