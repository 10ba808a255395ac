import { createHash } from 'node:crypto'
import { quote } from '../../../engine/shell/quote.ts'
import { sh } from '../../../engine/shell/sh.ts'
import { type Directory, type Mount, mountOptions, type Work } from '../work.ts'

/** What the limit's script prints last where it found all as wished. */
export const allAsWished = 'all as wished'

/**
 * The limit for a look: what a careful person would write for exactly this work, with as few processes as can be. Prints
 * what differs, then, if nothing does, that.
 */
export function lookScript({ packages, directories, files, units, sysctls, mounts }: Work): string {
  const paths = [...directories, ...files]
  const stats = [
    ...directories.map(each => `directory ${each.mode.slice(1)} ${each.owner}:${each.owner} ${each.path}`),
    ...files.map(each => `regular file ${each.mode.slice(1)} ${each.owner}:${each.owner} ${each.path}`),
  ]
  const sums = files.map(({ path, content }) => `${createHash('sha256').update(content).digest('hex')}  ${path}`)
  const said = (lines: readonly string[]): string => quote(lines.join('\n'))
  return `LC_ALL=C; export LC_ALL; bad=
differ() { echo "differs: $1"; bad=1; }
[ "$(dpkg-query -W -f '\${db:Status-Status}\\n' ${packages.join(' ')} 2>&1 | sort -u)" = installed ] || differ packages
[ "$(stat -c '%F %a %U:%G %n' ${paths.map(({ path }) => path).join(' ')} 2>&1)" = ${said(stats)} ] || differ paths
printf '%s\\n' ${said(sums)} | sha256sum -c --status - 2>/dev/null || differ contents
[ "$(systemctl is-enabled ${units.join(' ')} | sort -u)" = enabled ] || differ 'units at boot'
[ "$(systemctl is-active ${units.join(' ')} | sort -u)" = active ] || differ 'units now'
[ "$(cat ${sysctls.map(({ key }) => `/proc/sys/${key.replaceAll('.', '/')}`).join(' ')})" = ${said(
    sysctls.map(({ value }) => String(value)),
  )} ] || differ 'settings now'
[ "$(cat ${sysctls.map(({ file }) => `/etc/sysctl.d/${file}.conf`).join(' ')} 2>&1 | tr -d ' ')" = ${said(
    sysctls.map(({ key, value }) => `${key}=${value}`),
  )} ] || differ 'settings at boot'
fstab=$(cat /etc/fstab); mounts=$(cat /proc/self/mounts)
${mounts.map(mountLook).join('\n')}
[ "$bad" ] || echo ${quote(allAsWished)}
`
}

/** Who has mounted it before may have made it known to the boot by fstab or by a unit of its own. */
const mountLook = (mount: Mount): string =>
  sh`case $mounts in *${`${mount.source} ${mount.path} tmpfs `}*) ;; *) differ ${mount.path} ;; esac
case $fstab in *${fstabLine(mount)}*) ;; *) [ -f ${mountUnitFile(mount)} ] || differ ${`${mount.path} at boot`} ;; esac`

export const fstabLine = (mount: Mount): string =>
  `${mount.source} ${mount.path} tmpfs ${mountOptions(mount).join(',')} 0 0`

export const mountUnitFile = ({ path }: Mount): string =>
  `/etc/systemd/system/${path.slice(1).replaceAll('-', '\\x2d').replaceAll('/', '-')}.mount`

/** Said around the one step that any tool leaves to apt, in milliseconds of the host's clock. */
export const aptTook = 'apt-get took'

/**
 * The limit from blank: what a careful person would write for exactly this work, with as few processes as can be, looking
 * at nothing.
 */
export function applyScript({ packages, directories, files, units, sysctls, mounts }: Work): string {
  const put = ({ path, content }: Work['files'][number]): string => sh`printf %s ${content} > ${path}`
  return `set -eu; export DEBIAN_FRONTEND=noninteractive
began=$(date +%s%3N)
apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends ${packages.join(' ')} >/dev/null 2>&1
echo "${aptTook} $(($(date +%s%3N) - began)) ms"
${alike(directories, ({ mode, owner }, paths) => sh`install -d -m ${mode} -o ${owner} -g ${owner} ${paths}`)}
${files.map(put).join('\n')}
${alike(files, ({ mode, owner }, paths) => sh`chown ${`${owner}:${owner}`} ${paths}; chmod ${mode} ${paths}`)}
${units.length > 0 ? `systemctl -q enable --no-reload --now ${units.join(' ')}` : ''}
${sysctls.map(each => `echo '${each.key}=${each.value}' >/etc/sysctl.d/${each.file}.conf`).join('\n')}
sysctl -q -p /etc/sysctl.d/90-bench-*.conf
${mounts.map(mount => sh`echo ${fstabLine(mount)} >> /etc/fstab; mount ${mount.path}`).join('\n')}
`
}

/** One command for all that are to have the same mode and owner. */
function alike(all: readonly Directory[], command: (one: Directory, paths: readonly string[]) => string): string {
  const groups = new Map<string, { readonly one: Directory; readonly paths: string[] }>()
  for (const one of all) {
    const group = groups.get(`${one.mode} ${one.owner}`) ?? { one, paths: [] }
    group.paths.push(one.path)
    groups.set(`${one.mode} ${one.owner}`, group)
  }
  return [...groups.values()].map(({ one, paths }) => command(one, paths)).join('\n')
}
