import type { HostProbe } from '../../engine/resource/probe.ts'
import { absent, present } from '../../engine/resource/resource.ts'
import { raw, sh } from '../../engine/shell/sh.ts'
import { type NodePaths, nodePaths } from './paths.ts'

/** What a control plane's disk and sockets tell of how far an init came. */
export type InitEvidence = {
  /** Cluster that admin.conf, else kubelet.conf, names: the lab's own name where we made it. */
  readonly cluster: string | null
  readonly adminConf: boolean
  /** An init of ours began on a blank host and has not ended well. */
  readonly begun: boolean
  /** kubelet.conf uses the rotating certificate, which init's last phases but one bring about. */
  readonly finalized: boolean
  readonly manifests: boolean
  readonly etcdMember: boolean
  /** Something listens on port 6443. */
  readonly listening: boolean
}

const apiPortInHex = '192B'

/** One word a line for what is there. A half-written file counts as there. */
export const evidenceScript = (paths: NodePaths): string => sh`
there() { if [ -e "$1" ]; then echo "$2"; fi; }
there ${paths.adminConf} adminConf
there ${paths.initBegun} begun
there ${paths.etcdMember} etcdMember
for file in ${raw(paths.manifests)}/*.yaml; do if [ -e "$file" ]; then echo manifests; break; fi; done
if grep -qs kubelet-client-current.pem ${paths.kubeletConf}; then echo finalized; fi
if grep -qsE ':${raw(apiPortInHex)} [0-9A-F:]+ 0A ' ${paths.listening}/tcp ${paths.listening}/tcp6; then echo listening; fi
for file in ${paths.adminConf} ${paths.kubeletConf}; do
  if [ -e "$file" ]; then echo "cluster $(sed -n 's/^  name: //p' <"$file")"; break; fi
done`

export function readEvidence(output: string): InitEvidence {
  const lines = new Set(output.split('\n'))
  const cluster = output.match(/^cluster ?(.*)$/m)
  return {
    cluster: cluster?.[1] ? cluster[1] : null,
    adminConf: lines.has('adminConf'),
    begun: lines.has('begun'),
    finalized: lines.has('finalized'),
    manifests: lines.has('manifests'),
    etcdMember: lines.has('etcdMember'),
    listening: lines.has('listening'),
  }
}

export const initEvidence = (paths: NodePaths = nodePaths()): HostProbe<InitEvidence> => ({
  of: 'host',
  keys: [],
  script: () => evidenceScript(paths),
  parse: output => {
    const found = readEvidence(output)
    const { listening: _, ...onDisk } = found
    return Object.values(onDisk).some(Boolean) ? present(found) : absent
  },
})

/**
 * A reset loses nothing: etcd holds no member, or what it holds is an init's of ours that never ended well. Both signs
 * are asked for in the second case, so that neither a marker left behind nor a restored kubelet.conf costs a cluster.
 */
export const mayReset = ({ etcdMember, begun, finalized }: InitEvidence): boolean =>
  !etcdMember || (begun && !finalized)
