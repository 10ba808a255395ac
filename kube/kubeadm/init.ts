import { AndamioError } from '../../engine/errors.ts'
import type { Change } from '../../engine/report/events.ts'
import type { HostWriter } from '../../engine/resource/host.ts'
import type { Late } from '../../engine/resource/late.ts'
import type { JointProbe } from '../../engine/resource/probe.ts'
import { type Answer, absent, present, type Resource, unknown } from '../../engine/resource/resource.ts'
import { cluster } from '../api/cluster.ts'
import { type ClusterParts, clusterParts, readParts } from './cluster-parts.ts'
import { initConfig } from './config.ts'
import { evidenceScript, type InitEvidence, initEvidence, mayReset, readEvidence } from './init-evidence.ts'
import { controlPlaneDown, foreignControlPlane } from './init-refusals.ts'
import { runInit } from './init-run.ts'
import { resetScript, snapshotScript } from './init-scripts.ts'
import { strangeAddress } from './own-address.ts'
import { nodePaths } from './paths.ts'

export interface KubeadmInit {
  readonly lab: string
  readonly host: string
  readonly address: Late<string>
  /** Addresses that the host itself has. */
  readonly own: Late<readonly string[]>
  readonly podSubnet: string
  readonly certSANs: readonly string[]
  readonly ignorePreflightErrors: readonly string[]
  /** Ends a foreign cluster's life here, or that of our own which does not come up, after a snapshot. */
  readonly takeOver: boolean
}

export type ControlPlane = InitEvidence & {
  readonly api: 'ready' | 'not ready' | 'down'
  readonly lacking: readonly string[]
}

const apiLimitSeconds = 480

/**
 * A control plane by `kubeadm init`, judged by the API and by what is on the host, never by one file.
 *
 * An init that was cut short is finished by the same `kubeadm init`, with only those preflight checks off that its own
 * leftovers fail: each phase keeps the certificates, kubeconfigs, manifests and objects that are right and writes what
 * is missing, so where it was cut need not be known. Only when that fails, and nothing can be lost by it, is the host
 * reset and init run anew. What may hold a cluster's data is copied and left alone.
 */
export function kubeadmInit(wish: KubeadmInit): Resource<ControlPlane> {
  const { host, lab, takeOver } = wish
  const paths = nodePaths()
  const foreign = ({ cluster }: InitEvidence): boolean => cluster !== null && cluster !== lab

  const probe: JointProbe<ControlPlane> = {
    of: 'both',
    host: initEvidence(paths),
    api: clusterParts(host),
    combine: (onHost: Answer<InitEvidence>, api: Answer<ClusterParts>) => judge(onHost, api, host),
  }

  return {
    kind: 'kubeadm-init',
    id: host,
    probe,
    diff(is) {
      if (is.is === 'absent') return [{ attribute: 'control plane', before: null, after: 'ready' }]
      return differences(is.state, lab)
    },
    refuse(is) {
      if (is.is !== 'absent' && !takeOver && foreign(is.state)) return foreignControlPlane(host, is.state.cluster)
      return strangeAddress(wish)
    },
    async apply(on, is) {
      const strange = is.is === 'present' && foreign(is.state)
      if (strange) await clear(on)
      try {
        await bringUp(on, strange || is.is === 'absent' || isUnfinished(is.state))
      } catch (error) {
        if (!tellsOfIt(error) || is.is === 'absent') throw error
        await clearIfAllowed(on, error)
        await bringUp(on, true)
      }
    },
  }

  async function bringUp(on: HostWriter, unfinished: boolean): Promise<void> {
    if (unfinished) {
      await runInit(on, paths, initConfig({ ...wish, address: wish.address.now() }))
    } else {
      await on.run('systemctl start containerd kubelet', { what: 'start the kubelet' })
    }
    const api = await on.on(cluster)
    await api.until(`the API server on ${host}`, apiLimitSeconds, async () => {
      const { failing, missing } = await readParts(api, host)
      return failing.length + missing.length === 0 || [...failing, ...missing].join(', ')
    })
  }

  /** Judged by the host as it is now, not as it was when it was probed. */
  async function clearIfAllowed(on: HostWriter, failure: AndamioError): Promise<void> {
    const evidence = readEvidence(await on.run(evidenceScript(paths), { what: 'look how far init came' }))
    if (takeOver) return clear(on)
    if (mayReset(evidence)) return reset(on)
    throw controlPlaneDown(host, failure, await snapshot(on).catch(() => undefined))
  }

  async function clear(on: HostWriter): Promise<void> {
    const evidence = readEvidence(await on.run(evidenceScript(paths), { what: 'look for data of etcd' }))
    if (evidence.etcdMember) on.waiting('etcd is copied', 300, await snapshot(on))
    await reset(on)
  }

  function snapshot(on: HostWriter): Promise<string> {
    return on.run(snapshotScript(paths), { what: "copy etcd's data", timeoutSeconds: 300 })
  }

  async function reset(on: HostWriter): Promise<void> {
    await on.run(resetScript(paths), { what: 'kubeadm reset', timeoutSeconds: 300 })
  }
}

/** That the control plane does not come up. A lease that was lost, or a host out of reach, tells nothing of it. */
const tellsOfIt = (error: unknown): error is AndamioError =>
  error instanceof AndamioError &&
  ['command-failed', 'command-timeout', 'wait-timeout', 'api-refused'].includes(error.failure.code)

const isUnfinished = (state: ControlPlane): boolean =>
  state.begun || !state.finalized || !state.adminConf || state.lacking.length > 0

/** Joins what the host shows with what the API says. */
export function judge(onHost: Answer<InitEvidence>, api: Answer<ClusterParts>, host: string): Answer<ControlPlane> {
  if (onHost.is !== 'present') return onHost.is === 'absent' ? absent : onHost
  const evidence = onHost.state
  if (api.is === 'present') {
    const ready = api.state.failing.length === 0
    return present({ ...evidence, api: ready ? 'ready' : 'not ready', lacking: ready ? api.state.missing : [] })
  }
  // No answer from here is no answer. Only that nothing listens there says that the API is down.
  if (evidence.listening) {
    const why = api.is === 'unknown' ? api.why : 'there is no admin.conf'
    if (evidence.adminConf) return unknown(`${host} listens on port 6443, yet gives this machine no answer: ${why}`)
  }
  return present({ ...evidence, api: 'down', lacking: [] })
}

function differences(state: ControlPlane, lab: string): readonly Change[] {
  const changes: Change[] = []
  if (state.cluster !== null && state.cluster !== lab)
    changes.push({ attribute: 'cluster', before: state.cluster, after: lab })
  if (state.begun || !state.finalized || !state.adminConf)
    changes.push({ attribute: 'init', before: 'unfinished', after: 'finished' })
  for (const part of state.lacking) changes.push({ attribute: part, before: null, after: 'present' })
  if (state.api !== 'ready') changes.push({ attribute: 'API', before: state.api, after: 'ready' })
  return changes
}
