import type { ApiProbe, HostProbe } from '../../engine/resource/probe.ts'
import { present } from '../../engine/resource/resource.ts'
import { sh } from '../../engine/shell/sh.ts'
import { cluster } from '../api/cluster.ts'
import type { Node } from '../api/objects.ts'
import type { ClusterReader } from '../api/reader.ts'
import { readiness } from '../nodes/readiness.ts'
import { fingerprint } from './certificate.ts'
import { type NodePaths, nodePaths } from './paths.ts'

/** What a worker's disk tells of the cluster that it is in. */
export type JoinEvidence = {
  readonly machineId: string
  /** A kubelet.conf: the kubelet has been let into some cluster. */
  readonly kubeletConf: boolean
  /** What a join cut short leaves. */
  readonly leftovers: boolean
  /** Fingerprint of the CA that the host trusts, if any. */
  readonly ca: string | null
  /** `systemctl is-active kubelet`. */
  readonly kubelet: string
}

/** What the API says of the node of that name. */
export type NodeEvidence = {
  readonly ca: string
  readonly node: {
    readonly uid: string
    readonly machineId: string
    readonly ready: boolean
    readonly why: string
    /** Nothing new is put on it. */
    readonly cordoned: boolean
  } | null
}

export const joinScript = (paths: NodePaths): string => sh`
printf 'machine '; cat ${paths.machineId}
if [ -e ${paths.kubeletConf} ]; then echo kubeletConf; fi
for file in ${paths.bootstrapConf} ${paths.ca} ${paths.kubeletConfig}; do if [ -e "$file" ]; then echo leftovers; break; fi; done
if [ -e ${paths.ca} ]; then printf 'ca '; base64 -w0 ${paths.ca}; echo
elif [ -e ${paths.kubeletConf} ]; then sed -n 's/^ *certificate-authority-data: /ca /p' ${paths.kubeletConf}; fi
printf 'kubelet %s\n' "$(systemctl is-active kubelet 2>/dev/null)"`

export function readJoinEvidence(output: string): JoinEvidence {
  const machineId = output.match(/^machine (\S+)$/m)?.[1]
  if (machineId === undefined) throw new Error('it tells no machine-id')
  const ca = output.match(/^ca (\S+)$/m)?.[1]
  return {
    machineId,
    kubeletConf: /^kubeletConf$/m.test(output),
    leftovers: /^leftovers$/m.test(output),
    ca: ca === undefined ? null : fingerprint(Buffer.from(ca, 'base64').toString('utf8')),
    kubelet: output.match(/^kubelet (\S+)$/m)?.[1] ?? 'unknown',
  }
}

export const joinEvidence = (paths: NodePaths = nodePaths()): HostProbe<JoinEvidence> => ({
  of: 'host',
  keys: [],
  script: () => joinScript(paths),
  parse: output => present(readJoinEvidence(output)),
})

export const nodeEvidence = (name: string): ApiProbe<NodeEvidence, ClusterReader> => ({
  of: 'api',
  target: cluster,
  async read(reader) {
    const node = await reader.get<Node>({ apiVersion: 'v1', kind: 'Node', name })
    return present({ ca: fingerprint(reader.ca), node: node ? seen(node) : null })
  },
})

const seen = (node: Node): NonNullable<NodeEvidence['node']> => ({
  uid: node.metadata.uid ?? '',
  machineId: node.status.nodeInfo?.machineID ?? '',
  cordoned: node.spec.unschedulable ?? false,
  ...readiness(node),
})
