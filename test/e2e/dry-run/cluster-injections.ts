import type { SmallLab } from '../small-lab.ts'
import { leaveCluster } from '../undo.ts'

/**
 * Ways in which a lab is not as it should be, made by plain shell and plain requests: no code of the resources that are
 * to find them.
 *
 * Left out is what heals by itself while something else is mended, such as a node that is not ready because its
 * container runtime is stopped: it is rightly foreseen, and then nobody has to change it.
 */
export interface ClusterInjection {
  readonly what: string
  readonly host: 'cp' | 'worker1' | 'nfs'
  readonly script: string
  /** Afterwards, on the control plane. */
  readonly until?: string
}

/** The API by the administrator's certificate: `api METHOD PATH [BODY]`. */
const api = `
own=$(mktemp -d /run/injection.XXXXXX)
trap 'rm -rf "$own"' EXIT
for part in certificate-authority client-certificate client-key; do
  sed -n "s/^ *$part-data: //p" /etc/kubernetes/admin.conf | base64 -d >"$own/$part"
done
api() {
  curl -sf -o /dev/null -X "$1" --cacert "$own/certificate-authority" --cert "$own/client-certificate" \
    --key "$own/client-key" \${3+-H 'Content-Type: application/merge-patch+json' -d "$3"} "https://127.0.0.1:6443/$2"
}
gone() { for try in $(seq 300); do api GET "$1" || return 0; sleep 0.2; done; return 1; }
`
/** Until the cluster has noticed: else it is chance whether a check sees it. */
const notReady = `kubectl --kubeconfig /etc/kubernetes/admin.conf wait --for=condition=Ready=Unknown node/worker1 --timeout=150s >/dev/null`
/** A node's pods outlive it by up to a minute, as ready as they were. */
const podsGone = `for try in $(seq 600); do
  [ -n "$(kubectl --kubeconfig /etc/kubernetes/admin.conf get pods -A --field-selector spec.nodeName=worker1 -o name)" ] || exit 0
  sleep 0.5
done; exit 1`
const probe = 'namespaces/probe'

const object = (what: string, path: string): ClusterInjection => ({
  what: `${what} deleted`,
  host: 'cp',
  script: `${api}api DELETE ${path}; gone ${path}`,
})

const patched = (what: string, path: string, body: string): ClusterInjection => ({
  what,
  host: 'cp',
  script: `${api}api PATCH ${path} '${body}'`,
})

const flannelConfig = 'api/v1/namespaces/kube-flannel/configmaps/flannel'

const edited = (
  host: ClusterInjection['host'],
  path: string,
  script = `echo '# by hand' >>${path}`,
): ClusterInjection => ({
  what: `${path} on ${host} edited`,
  host,
  script,
})

const removed = (host: ClusterInjection['host'], path: string): ClusterInjection => ({
  what: `${path} on ${host} removed`,
  host,
  script: `for file in ${path}; do [ -e "$file" ]; rm "$file"; done`,
})

const purged = (host: ClusterInjection['host'], name: string): ClusterInjection => ({
  what: `package ${name} on ${host} purged`,
  host,
  script: `export DEBIAN_FRONTEND=noninteractive; apt-get -qq -y --allow-change-held-packages purge ${name} >/dev/null`,
})

const unit = (host: ClusterInjection['host'], verb: 'stop' | 'disable', name: string): ClusterInjection => ({
  what: `${name} on ${host}: ${verb}`,
  host,
  script: `systemctl -q ${verb} ${name}`,
})

const injections: readonly ClusterInjection[] = [
  purged('worker1', 'nfs-common'),
  purged('worker1', 'kubectl'),
  purged('nfs', 'docker-registry'),
  { what: 'holds on cp lifted', host: 'cp', script: 'apt-mark unhold containerd.io kubelet >/dev/null' },
  edited('cp', '/etc/hosts'),
  edited('worker1', '/etc/containerd/config.toml'),
  edited('nfs', '/etc/docker/registry/push.yml'),
  edited('worker1', '/etc/modules-load.d/kubernetes.conf', 'chmod 0600 /etc/modules-load.d/kubernetes.conf'),
  edited('nfs', '/etc/nfs.conf.d/andamio.conf'),
  removed('cp', '/etc/containerd/certs.d/ghcr.io/hosts.toml'),
  removed('worker1', '/etc/apt/sources.list.d/kubernetes*'),
  removed('cp', '/etc/apt/keyrings/docker*'),
  removed('worker1', '/etc/sysctl.d/90-kubernetes.conf'),
  unit('nfs', 'stop', 'docker-registry'),
  unit('nfs', 'disable', 'rpcbind'),
  unit('nfs', 'disable', 'nfs-server'),
  unit('worker1', 'disable', 'kubelet'),
  unit('cp', 'disable', 'containerd'),
  {
    what: 'forwarding on worker1 off',
    host: 'worker1',
    script: 'echo 0 >/proc/sys/net/bridge/bridge-nf-call-iptables',
  },
  { what: 'export taken back', host: 'nfs', script: 'exportfs -ua' },
  object('the Service of the probe', `api/v1/${probe}/services/probe`),
  object('the Deployment of the probe', `apis/apps/v1/${probe}/deployments/probe`),
  object("Flannel's rights", 'apis/rbac.authorization.k8s.io/v1/clusterrolebindings/flannel'),
  object("Flannel's configuration", 'api/v1/namespaces/kube-flannel/configmaps/flannel'),
  patched('the probe scaled to nothing', `apis/apps/v1/${probe}/deployments/probe`, '{"spec":{"replicas":0}}'),
  patched('the probe twice', `apis/apps/v1/${probe}/deployments/probe`, '{"spec":{"replicas":2}}'),
  patched("Flannel's configuration edited", flannelConfig, '{"data":{"net-conf.json":"{}"}}'),
  patched("Flannel's configuration, with a line more", flannelConfig, '{"data":{"by-hand":"yes"}}'),
  patched('worker1 cordoned', 'api/v1/nodes/worker1', '{"spec":{"unschedulable":true}}'),
  {
    what: 'worker1 drained',
    host: 'cp',
    script: `${api}api PATCH api/v1/nodes/worker1 '{"spec":{"unschedulable":true}}'
api DELETE "api/v1/${probe}/pods?labelSelector=app%3Dprobe"`,
  },
  {
    what: 'node worker1 deleted',
    host: 'cp',
    script: `${api}api DELETE api/v1/nodes/worker1; gone api/v1/nodes/worker1`,
    until: podsGone,
  },
  {
    what: 'worker1 joined by half',
    host: 'worker1',
    script: 'systemctl stop kubelet; rm /etc/kubernetes/kubelet.conf',
    until: notReady,
  },
  { what: 'worker1 reset, and the cluster not told', host: 'worker1', script: leaveCluster, until: notReady },
]

/** What excludes another one: things that hang together, or that the same objects show. */
const about = ({ what }: ClusterInjection): string =>
  /probe|worker1 (drained|cordoned|joined|reset)|node worker1|kubelet on worker1/.test(what)
    ? 'where the probe runs'
    : /configuration/.test(what)
      ? 'the configuration of Flannel'
      : what

/** So many of them, none about the same thing as another. */
export function someOfCluster(count: number, random: () => number): readonly ClusterInjection[] {
  const shuffled = injections.map(one => ({ one, at: random() })).sort((a, b) => a.at - b.at)
  const chosen = new Map<string, ClusterInjection>()
  for (const { one } of shuffled) if (chosen.size < count && !chosen.has(about(one))) chosen.set(about(one), one)
  return [...chosen.values()]
}

export async function inject(lab: SmallLab, { host, script, until }: ClusterInjection): Promise<void> {
  await lab.on(host, script)
  if (until !== undefined) await lab.on('cp', until)
}
