import { cp, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import type { SshEndpoint } from '../../engine/connection/connection.ts'
import { quote } from '../../engine/shell/quote.ts'
import { manifestFiles } from '../../kube/manifest/files.ts'
import { manifestsRoot } from '../../kube/manifest/folders.ts'
import { podSubnet } from '../../kube/pod-network.ts'
import type { RegistryIdentity } from '../../kube/registry/identity.ts'
import type { Source } from '../../kube/source.ts'
import { images, minorOf, versions } from '../../kube/versions.ts'

export interface Given {
  readonly hosts: ReadonlyMap<string, SshEndpoint>
  readonly workers: readonly string[]
  readonly source: Source
  readonly registry: RegistryIdentity
}

const image = 'registry.lab.internal/probe:by-hand'
const [pullPort, pushPort] = [5000, 5001]
const secret = /\/(tls\.key|htpasswd)$|^auth\.json$/

/** What the scripts are given, as their author would have it at hand before the clock starts. */
export async function writeFiles(folder: string, given: Given): Promise<void> {
  const address = (host: string): string => given.hosts.get(host)?.address ?? ''
  const write = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), content, { mode: secret.test(path) ? 0o600 : 0o644 })
    }
  }
  const names = `127.0.0.1 localhost\n${[...given.hosts].map(([name, { address }]) => `${address} ${name}\n`).join('')}`
  const login = Buffer.from(`push:${given.registry.password.reveal()}`).toString('base64')
  const auths = { [`${address('nfs')}:${pushPort}`]: { auth: login } }
  const settings = {
    ...{ KUBERNETES: versions.kubernetes.version, CONTAINERD: versions.containerd.version },
    ...{ CNI: versions.cniPlugins.version, ADDRESS: address('nfs'), IMAGE: image },
    ...{ WORKERS: given.workers.join(' '), NODES: String(given.workers.length + 1) },
    CLIENTS: ['cp', ...given.workers].map(address).join(' '),
    PUSH_TO: `${address('nfs')}:${pushPort}/probe:by-hand`,
  }
  await write({
    ssh_config: [...given.hosts].map(sshConfig).join(''),
    'settings.sh': Object.entries(settings)
      .map(([name, value]) => `${name}=${quote(value)}\n`)
      .join(''),
    'init.yaml': initYaml(),
    'flannel.yaml': manifests('flannel', { images, podSubnet, apiAddress: address('cp') }),
    'probe.yaml': manifests('probe', {
      image: () => image,
      workers: given.workers.length,
      storage: { address: address('nfs'), path: '/mnt/nfs-share' },
    }),
    'certs/ca.crt': given.registry.ca,
    'auth.json': JSON.stringify({ auths }),
    ...under('node', { 'etc/hosts': names, ...nodeFiles(given, address('nfs')) }),
    ...under('storage', { 'etc/hosts': names, ...storageFiles(given.registry, address('nfs')) }),
  })
  await cp(join(manifestsRoot, '..', 'images', 'probe'), join(folder, 'probe'), { recursive: true })
}

const under = (folder: string, files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([path, content]) => [`${folder}/${path}`, content]))

const sshConfig = ([name, endpoint]: [string, SshEndpoint]): string => `Host ${name}
  HostName ${endpoint.address}
  User ${endpoint.user}
  IdentityFile ${endpoint.identityFiles[0]}
  IdentitiesOnly yes
  UserKnownHostsFile ${endpoint.knownHostsFile}
  HostKeyAlias ${endpoint.hostKeyAlias}
  BatchMode yes
  ServerAliveInterval 10
`

/** With our own role's waits: kubeadm's are too short for guests that unpack images side by side. */
const initYaml = (): string =>
  [
    {
      ...{ apiVersion: 'kubeadm.k8s.io/v1beta4', kind: 'InitConfiguration' },
      timeouts: { controlPlaneComponentHealthCheck: '8m0s', kubeletHealthCheck: '8m0s', kubernetesAPICall: '5m0s' },
    },
    {
      ...{ apiVersion: 'kubeadm.k8s.io/v1beta4', kind: 'ClusterConfiguration' },
      kubernetesVersion: `v${versions.kubernetes.version}`,
      networking: { podSubnet },
      dns: { imageTag: `v${versions.coredns.version}` },
      etcd: { local: { imageTag: `${versions.etcd.version}-0` } },
    },
  ]
    .map(part => stringify(part))
    .join('---\n')

function manifests(folder: string, data: object): string {
  const files = manifestFiles(manifestsRoot, [folder], { ...data })
  return files
    .flatMap(file => file.outline())
    .map(object => stringify(object))
    .join('---\n')
}

function nodeFiles({ source, registry }: Given, storage: string): Record<string, string> {
  const { kubernetes, docker } = source
  const certs = Object.entries({
    ...source.mirrors,
    'registry.lab.internal': { url: `https://${storage}:${pullPort}`, ca: registry.ca },
  }).flatMap(([name, { url, ca }]) => {
    const folder = `etc/containerd/certs.d/${name}`
    const hosts = `[host."${url}"]\ncapabilities = ["pull", "resolve"]\nca = "/${folder}/ca.crt"\n`
    return [
      [`${folder}/hosts.toml`, hosts],
      [`${folder}/ca.crt`, ca],
    ]
  })
  const key = (vendor: string): string => `etc/apt/keyrings/${vendor}.asc`
  return {
    [key('kubernetes')]: kubernetes.key,
    [key('docker')]: docker.key,
    'etc/apt/sources.list.d/lab.list': `deb [signed-by=/${key('docker')}] ${docker.url}/linux/debian bookworm stable
deb [signed-by=/${key('kubernetes')}] ${kubernetes.url}/core:/stable:/v${minorOf(versions.kubernetes.version)}/deb/ /
`,
    'etc/modules-load.d/kubernetes.conf': 'overlay\nbr_netfilter\n',
    'etc/sysctl.d/90-kubernetes.conf':
      'net.bridge.bridge-nf-call-iptables = 1\nnet.bridge.bridge-nf-call-ip6tables = 1\nnet.ipv4.ip_forward = 1\n',
    'root/containerd.toml': `version = 3
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = '${images.pause}'
[plugins.'io.containerd.cri.v1.images'.registry]
  config_path = '/etc/containerd/certs.d'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
  runtime_type = 'io.containerd.runc.v2'
[plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
  SystemdCgroup = true
`,
    ...Object.fromEntries(certs),
  }
}

/** The package's own service takes images, by password; a second one gives them out and takes none. */
function storageFiles({ certificate, key, passwordFile }: RegistryIdentity, address: string): Record<string, string> {
  const store = '/var/lib/docker-registry'
  const tls = { certificate: '/etc/docker/registry/tls.crt', key: '/etc/docker/registry/tls.key' }
  const http = (port: number) => ({ addr: `${address}:${port}`, tls })
  const auth = { htpasswd: { realm: 'lab', path: '/etc/docker/registry/htpasswd' } }
  const readonly = { readonly: { enabled: true } }
  const config = (more: object): string => stringify({ version: 0.1, log: { level: 'warn' }, ...more })
  return {
    'etc/docker/registry/tls.crt': certificate,
    'etc/docker/registry/tls.key': key.reveal(),
    'etc/docker/registry/htpasswd': passwordFile.reveal(),
    'etc/docker/registry/config.yml': config({
      ...{ storage: { filesystem: { rootdirectory: store } }, http: http(pushPort), auth },
    }),
    'etc/docker/registry/pull.yml': config({
      ...{ storage: { filesystem: { rootdirectory: store }, maintenance: readonly }, http: http(pullPort) },
    }),
    'etc/systemd/system/docker-registry-pull.service': `[Service]
User=docker-registry
ExecStart=/usr/bin/docker-registry serve /etc/docker/registry/pull.yml
Restart=on-failure
[Install]
WantedBy=multi-user.target
`,
  }
}
