import { stringify } from 'yaml'
import type { BenchHost } from '../bench-host.ts'
import { mountOptions, type Work } from '../work.ts'
import { type Files, sourceOf } from './files.ts'

export interface AnsibleWish {
  readonly key: string
  /** The stage's, for sockets and temporary files, too. */
  readonly folder: string
  /** Folder of its strategy plug-ins. */
  readonly mitogen: string
  readonly collections: string
}

/**
 * A playbook in Ansible's own words and its configurations. Their settings are the best that Ansible has: forks
 * for all hosts at once, no facts gathered, the interpreter named, no collections searched but the one that is needed.
 */
export function renderAnsible(work: Work, hosts: readonly BenchHost[], wish: AnsibleWish): Files {
  const owned = ({ mode, owner }: { mode: string; owner: string }) => ({ mode, owner, group: owner })
  const tasks = [
    ...(work.packages.length > 0
      ? [{ 'ansible.builtin.apt': { name: work.packages, state: 'present', install_recommends: false } }]
      : []),
    ...work.directories.map(each => ({
      'ansible.builtin.file': { path: each.path, state: 'directory', ...owned(each) },
    })),
    ...work.files.map(each => ({
      'ansible.builtin.copy': { src: sourceOf(each.path), dest: each.path, ...owned(each) },
    })),
    ...work.units.map(name => ({ 'ansible.builtin.systemd_service': { name, enabled: true, state: 'started' } })),
    ...work.sysctls.map(({ key, value, file }) => ({
      'ansible.posix.sysctl': { name: key, value, sysctl_set: true, sysctl_file: `/etc/sysctl.d/${file}.conf` },
    })),
    ...work.mounts.map(each => ({
      'ansible.posix.mount': {
        ...{ path: each.path, src: each.source, fstype: 'tmpfs', state: 'mounted' },
        opts: mountOptions(each).join(','),
      },
    })),
  ]
  const inventory = hosts.map(({ name, address, user }) => `${name} ansible_host=${address} ansible_user=${user}\n`)
  return {
    'ansible/work.yaml': stringify([{ hosts: 'all', gather_facts: false, become: true, tasks }]),
    'ansible/hosts': inventory.join(''),
    ...Object.fromEntries(work.files.map(({ path, content }) => [`ansible/${sourceOf(path)}`, content])),
    'ansible/pipelined.cfg': settings(wish, hosts.length, {}),
    'ansible/free.cfg': settings(wish, hosts.length, { strategy: 'free' }),
    'ansible/not-pipelined.cfg': settings(wish, hosts.length, { pipelining: false }),
    'ansible/mitogen.cfg': settings(wish, hosts.length, { strategy: 'mitogen_linear' }),
    'ansible/mitogen-free.cfg': settings(wish, hosts.length, { strategy: 'mitogen_free' }),
  }
}

function settings(
  { key, folder, collections, mitogen }: AnsibleWish,
  hosts: number,
  { pipelining = true, strategy = 'linear' }: { pipelining?: boolean; strategy?: string },
): string {
  return `[defaults]
inventory = hosts
forks = ${hosts}
gathering = explicit
interpreter_python = /usr/bin/python3
private_key_file = ${key}
host_key_checking = True
local_tmp = ${folder}/ansible-tmp
collections_path = ${collections}
retry_files_enabled = False
deprecation_warnings = False
display_skipped_hosts = False
nocows = True
strategy = ${strategy}
${strategy.startsWith('mitogen') ? `strategy_plugins = ${mitogen}\n` : ''}
[ssh_connection]
pipelining = ${pipelining ? 'True' : 'False'}
ssh_args = -F none -o ControlMaster=auto -o ControlPersist=60s -o UserKnownHostsFile=${folder}/home/.ssh/known_hosts
control_path_dir = ${folder}/cp
`
}
