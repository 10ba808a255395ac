import { stringify } from 'yaml'
import { images, versions } from '../versions.ts'
import { criSocket, labLabel } from './paths.ts'

export interface InitSettings {
  readonly lab: string
  readonly host: string
  /** At which the nodes reach the API. */
  readonly address: string
  readonly podSubnet: string
  /** Names and addresses beyond the host's own that the API server's certificate holds. */
  readonly certSANs: readonly string[]
  /** Checks of kubeadm's that may fail, by its names for them. */
  readonly ignorePreflightErrors: readonly string[]
}

export interface JoinSettings {
  readonly lab: string
  readonly host: string
  readonly address: string
  /** `10.0.0.10:6443` */
  readonly apiServer: string
  /** `abcdef.0123456789abcdef`; a secret. */
  readonly token: string
  /** `sha256:` and the hash of the CA's public key. */
  readonly caHash: string
}

/**
 * Generous, for a slow host that is on its way is no failure: kubeadm's own 4 minutes are not enough for four guests
 * that unpack images on two cores.
 */
const timeouts = {
  controlPlaneComponentHealthCheck: '8m0s',
  kubeletHealthCheck: '8m0s',
  kubernetesAPICall: '5m0s',
  discovery: '8m0s',
  tlsBootstrap: '8m0s',
}

const documents = (parts: readonly object[]): string =>
  parts.map(part => stringify(part, { aliasDuplicateObjects: false })).join('---\n')
const tagOf = (image: string): string => image.slice(image.lastIndexOf(':') + 1)
const kubeadmApi = 'kubeadm.k8s.io/v1beta4'
/** Off by default in none of the three, needed by nobody here, and a benchmark's finding. */
const noProfiling = { name: 'profiling', value: 'false' }
/**
 * There is one control plane, and nobody to hand over to: an election would only write twice every two seconds, and end
 * the one there is when a slow host answers late.
 */
const alone = { extraArgs: [noProfiling, { name: 'leader-elect', value: 'false' }] }

const registration = ({ lab, host, address }: Pick<InitSettings, 'lab' | 'host' | 'address'>) => ({
  name: host,
  criSocket,
  imagePullPolicy: 'IfNotPresent',
  kubeletExtraArgs: [
    { name: 'node-ip', value: address },
    { name: 'node-labels', value: `${labLabel}=${lab}` },
  ],
})

/** What `kubeadm init --config` reads. Names the lab as the cluster: by that a later run knows it for its own. */
export function initConfig(settings: InitSettings): string {
  const { lab, address, podSubnet, certSANs, ignorePreflightErrors } = settings
  return documents([
    {
      apiVersion: kubeadmApi,
      kind: 'InitConfiguration',
      localAPIEndpoint: { advertiseAddress: address, bindPort: 6443 },
      nodeRegistration: { ...registration(settings), ignorePreflightErrors },
      // kubeadm insists on a token of its own; ours are made for one join each.
      bootstrapTokens: [{ ttl: '1m0s' }],
      timeouts,
    },
    {
      apiVersion: kubeadmApi,
      kind: 'ClusterConfiguration',
      clusterName: lab,
      kubernetesVersion: `v${versions.kubernetes.version}`,
      networking: { podSubnet },
      apiServer: { extraArgs: [noProfiling], certSANs: [...new Set(certSANs)] },
      controllerManager: alone,
      scheduler: alone,
      dns: { imageTag: tagOf(images.coredns) },
      etcd: { local: { dataDir: '/var/lib/etcd', imageTag: tagOf(images.etcd) } },
    },
    {
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      cgroupDriver: 'systemd',
      readOnlyPort: 0,
      rotateCertificates: true,
      streamingConnectionIdleTimeout: '5m0s',
      tlsMinVersion: 'VersionTLS12',
    },
  ])
}

/** What `kubeadm join --config` reads. Holds the token: for a file of mode 0600 that lives as long as the join. */
export function joinConfig(settings: JoinSettings): string {
  const { apiServer, token, caHash } = settings
  return documents([
    {
      apiVersion: kubeadmApi,
      kind: 'JoinConfiguration',
      discovery: { bootstrapToken: { token, apiServerEndpoint: apiServer, caCertHashes: [caHash] } },
      nodeRegistration: registration(settings),
      timeouts,
    },
  ])
}
