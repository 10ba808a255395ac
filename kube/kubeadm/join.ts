import type { Change } from '../../engine/report/events.ts'
import type { HostWriter } from '../../engine/resource/host.ts'
import type { Late } from '../../engine/resource/late.ts'
import type { JointProbe } from '../../engine/resource/probe.ts'
import { type Answer, absent, present, type Resource } from '../../engine/resource/resource.ts'
import { sh } from '../../engine/shell/sh.ts'
import { cluster } from '../api/cluster.ts'
import type { Node, ObjectRef } from '../api/objects.ts'
import type { ClusterWriter } from '../api/writer.ts'
import { readiness } from '../nodes/readiness.ts'
import { caHash } from './certificate.ts'
import { joinConfig } from './config.ts'
import { resetScript } from './init-scripts.ts'
import { type JoinEvidence, joinEvidence, type NodeEvidence, nodeEvidence } from './join-evidence.ts'
import { duplicateNode, foreignNode } from './join-refusals.ts'
import { joinTrouble, watched } from './join-watch.ts'
import { strangeAddress } from './own-address.ts'
import { nodePaths } from './paths.ts'
import { withJoinToken } from './token.ts'
import { toldRun } from './told-run.ts'

export interface KubeadmJoin {
  readonly lab: string
  readonly host: string
  /** Of this host. */
  readonly address: Late<string>
  /** That the host itself has. */
  readonly own: Late<readonly string[]>
  /** Of the control plane's host. */
  readonly apiAddress: Late<string>
  /** Takes a node of another cluster out of it. */
  readonly takeOver: boolean
}

export type Worker = JoinEvidence & { readonly clusterCa: string | null; readonly node: NodeEvidence['node'] }

const joinLimitSeconds = 900
const readyLimitSeconds = 600

/**
 * A worker by `kubeadm join`, judged by the cluster: it is in when the API has a Ready node of its name with its
 * machine-id. What a join cut short left is cleared away first; so is the node of a machine that is gone.
 */
export function kubeadmJoin(wish: KubeadmJoin): Resource<Worker> {
  const { host, takeOver } = wish
  const probe: JointProbe<Worker> = {
    of: 'both',
    host: joinEvidence(),
    api: nodeEvidence(host),
    combine: judgeWorker,
  }
  return {
    kind: 'kubeadm-join',
    id: host,
    probe,
    diff(is) {
      if (is.is === 'absent') return [{ attribute: 'node', before: null, after: 'ready' }]
      return differences(is.state)
    },
    refuse(is) {
      if (is.is === 'absent') return strangeAddress(wish)
      if (isForeign(is.state) && !takeOver) return foreignNode(host)
      const { node } = is.state
      return node?.ready && isOther(is.state) ? duplicateNode(host, node.machineId) : strangeAddress(wish)
    },
    async apply(on, is) {
      const api = await on.on(cluster)
      if (is.is === 'present' && isMember(is.state)) {
        if (is.state.kubelet !== 'active') await on.run('systemctl restart kubelet', { what: 'restart the kubelet' })
        if (is.state.node?.cordoned) await api.patch(nodeOf(host), { spec: { unschedulable: null } })
      } else {
        if (is.is === 'present') await clear(on, api, is.state)
        await join(on, api, wish)
      }
      await untilReady(api, host)
    },
  }
}

const nodeOf = (name: string): ObjectRef => ({ apiVersion: 'v1', kind: 'Node', name })
const isForeign = ({ ca, clusterCa }: Worker): boolean => ca !== null && ca !== clusterCa
const isOther = ({ node, machineId }: Worker): boolean => node !== null && node.machineId !== machineId
const isMember = (worker: Worker): boolean =>
  worker.kubeletConf && worker.node !== null && !isOther(worker) && !isForeign(worker)

/** Joins what the host shows with what the API says. */
export function judgeWorker(onHost: Answer<JoinEvidence>, api: Answer<NodeEvidence>): Answer<Worker> {
  if (onHost.is !== 'present') return onHost
  if (api.is === 'unknown') return api
  const { ca: clusterCa = null, node = null } = api.is === 'present' ? api.state : {}
  const { kubeletConf, leftovers } = onHost.state
  return kubeletConf || leftovers || node ? present({ ...onHost.state, clusterCa, node }) : absent
}

function differences(worker: Worker): readonly Change[] {
  const { kubelet, node } = worker
  if (isForeign(worker)) return [{ attribute: 'cluster', before: 'another', after: 'this one' }]
  if (isOther(worker)) return [{ attribute: 'node', before: 'a machine that is gone', after: 'ready' }]
  if (!isMember(worker))
    return [{ attribute: 'node', before: node ? 'without its kubelet' : 'joined by half', after: 'ready' }]
  const changes: Change[] = []
  if (kubelet !== 'active') changes.push({ attribute: 'kubelet', before: kubelet, after: 'active' })
  if (!node?.ready) changes.push({ attribute: 'node', before: 'not ready', after: 'ready' })
  // Left by a removal that was cut off, or by a drain by hand: pods that only fit here would be waited for in vain.
  if (node?.cordoned) changes.push({ attribute: 'scheduling', before: 'cordoned', after: 'open' })
  return changes
}

async function clear(on: HostWriter, api: ClusterWriter, worker: Worker): Promise<void> {
  if (worker.kubeletConf || worker.leftovers)
    await on.run(resetScript(nodePaths()), { what: 'kubeadm reset', timeoutSeconds: 300 })
  if (worker.node) await api.delete(nodeOf(on.host), worker.node.uid)
}

/** On tmpfs, so that the token is never on a disk, and gone with the script however that ends. */
const joinFile = '/run/andamio/kubeadm-join.yaml'
const joinCommand = sh`
umask 077
mkdir -p /run/andamio
trap ${`rm -f ${joinFile}`} EXIT
trap 'exit 143' HUP INT TERM
cat > ${joinFile}
kubeadm join --config ${joinFile} >&2`

async function join(on: HostWriter, api: ClusterWriter, wish: KubeadmJoin): Promise<void> {
  await withJoinToken(api, wish.host, async token => {
    const what = 'kubeadm join'
    const { onStderrLine, besides } = toldRun(on, what, joinLimitSeconds)
    const config = joinConfig({
      lab: wish.lab,
      host: wish.host,
      address: wish.address.now(),
      apiServer: `${wish.apiAddress.now()}:6443`,
      token: token.reveal(),
      caHash: caHash(api.ca),
    })
    const joining = on.run(joinCommand, { what, stdin: config, timeoutSeconds: joinLimitSeconds, onStderrLine })
    const [tokenId = ''] = token.reveal().split('.')
    await watched(joining, { look: () => joinTrouble(api, tokenId), tell: besides })
  })
}

async function untilReady(api: ClusterWriter, host: string): Promise<void> {
  const ask = async (): Promise<true | string> => {
    const node = await api.get<Node>(nodeOf(host))
    if (!node) return 'the cluster has no node of this name yet'
    const { ready, why } = readiness(node)
    return ready || why
  }
  await api.until(`node ${host} to be ready`, readyLimitSeconds, ask)
}
