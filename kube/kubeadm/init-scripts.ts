import { raw, sh } from '../../engine/shell/sh.ts'
import { podNetworkGone } from '../pod-network.ts'
import { criSocket, type NodePaths } from './paths.ts'

/** Preflight checks that an unfinished init of the same cluster fails by what it left; all others stay in force. */
const leftovers = [
  ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'].map(
    name => `FileAvailable--etc-kubernetes-manifests-${name}.yaml`,
  ),
  'DirAvailable--var-lib-etcd',
  ...[6443, 10259, 10257, 10250, 2379, 2380].map(port => `Port-${port}`),
].join(',')

/**
 * Runs or finishes init; its configuration comes by stdin. Looks for itself what is there, for by the time that the
 * host's lock is had a killed run's init may have gone on. A marker says from when to when an init that began on a
 * blank host is under way.
 */
export const initScript = (paths: NodePaths): string => sh`
mkdir -p ${paths.ours}
cat > ${paths.initConfig}
ignored=none
for file in ${paths.initBegun} ${paths.adminConf} ${paths.etcdMember} ${raw(paths.manifests)}/*.yaml; do
  if [ -e "$file" ]; then ignored=${leftovers}; fi
done
if [ "$ignored" = none ]; then : > ${paths.initBegun}; fi
kubeadm init --config ${paths.initConfig} --skip-phases=show-join-command --ignore-preflight-errors="$ignored" >&2
rm -f ${paths.initBegun}`

export const resetScript = (paths: NodePaths): string => sh`
kubeadm reset --force --cri-socket ${criSocket}
rm -f ${paths.initBegun}
${raw(podNetworkGone)}`

/**
 * Copies etcd's data and prints where to. A running etcd is stopped for the moment of the copy, which then is what a
 * power cut would leave: etcd starts from it. It goes on however the copy ends: KILL lets no trap run, so a process out
 * of its reach sees by the end of a pipe that nobody is left who copies.
 */
export const snapshotScript = (paths: NodePaths, folder = '/var/backups/andamio'): string => sh`
umask 077
mkdir -p ${folder}
copy=${folder}/etcd-$(date -u +%Y%m%dT%H%M%SZ).tar.gz
etcd=
for process in /proc/[0-9]*; do
  if [ "$(cat "$process/comm" 2>/dev/null)" = etcd ]; then etcd="$etcd \${process#/proc/}"; fi
done
if [ -n "$etcd" ]; then
  pipe=$(mktemp -d); mkfifo "$pipe/end"
  setsid sh -c 'read -r _ <"$0/end"; kill -CONT "$@"' "$pipe" $etcd </dev/null >/dev/null 2>&1 9>&- &
  exec 8>"$pipe/end"; rm -r "$pipe"
  trap 'kill -CONT $etcd' EXIT; trap 'exit 143' HUP INT TERM PIPE
  kill -STOP $etcd
fi
tar -C "$(dirname ${paths.etcdMember})" -czf "$copy" member
printf '%s\n' "$copy"`
