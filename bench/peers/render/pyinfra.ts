import type { BenchHost } from '../bench-host.ts'
import { mountOptions, type Work } from '../work.ts'
import { type Files, show, sourceOf } from './files.ts'
import { fstabLine } from './shell.ts'

/**
 * A deploy in pyinfra's words. Facts of one kind are asked for one path at a time, each once a run, which it does by
 * itself; hosts run side by side, all at once, by default.
 */
export function renderPyinfra(work: Work, hosts: readonly BenchHost[], { key, folder }: PyinfraWish): Files {
  const owned = ({ mode, owner }: { mode: string; owner: string }) =>
    `user=${show(owner)}, group=${show(owner)}, mode=${show(mode.slice(1))}`
  const operations = [
    ...(work.packages.length > 0 ? [`apt.packages(packages=${show(work.packages)}, no_recommends=True)`] : []),
    ...work.directories.map(each => `files.directory(path=${show(each.path)}, ${owned(each)})`),
    ...work.files.map(each => `files.put(src=${show(sourceOf(each.path))}, dest=${show(each.path)}, ${owned(each)})`),
    ...work.units.map(name => `systemd.service(service=${show(name)}, running=True, enabled=True)`),
    ...work.sysctls.map(
      ({ key, value, file }) =>
        `server.sysctl(key=${show(key)}, value=${value}, persist=True, persist_file="/etc/sysctl.d/${file}.conf")`,
    ),
    // Its own guide: what is mounted at boot is a line of fstab.
    ...work.mounts.flatMap(each => [
      `server.mount(path=${show(each.path)}, device=${show(each.source)}, fs_type="tmpfs", options=${show(mountOptions(each))})`,
      `files.line(path="/etc/fstab", line=${show(fstabLine(each))})`,
    ]),
  ]
  const data = ({ address, user }: BenchHost): string =>
    `(${show(address)}, {"ssh_user": ${show(user)}, "ssh_key": ${show(key)}, "ssh_look_for_keys": False, ` +
    `"ssh_allow_agent": False, "ssh_known_hosts_file": ${show(`${folder}/home/.ssh/known_hosts`)}, ` +
    '"ssh_strict_host_key_checking": "yes"})'
  return {
    'pyinfra/inventory.py': `work = [\n${hosts.map(host => `    ${data(host)},\n`).join('')}]\n`,
    'pyinfra/deploy.py': `from pyinfra.operations import apt, files, server, systemd\n\n${operations.join('\n')}\n`,
    ...Object.fromEntries(work.files.map(({ path, content }) => [`pyinfra/${sourceOf(path)}`, content])),
  }
}

export interface PyinfraWish {
  readonly key: string
  readonly folder: string
}
