import { uptime } from 'node:os'
import type { HostFacts } from '../../engine/resource/host.ts'
import type { ApiProbe, HostProbe, JointProbe } from '../../engine/resource/probe.ts'
import { type Answer, absent, present, type Resource } from '../../engine/resource/resource.ts'
import { cluster } from '../api/cluster.ts'
import type { Node, Pod } from '../api/objects.ts'
import type { ClusterReader } from '../api/reader.ts'

/** One start of a host, as the host tells it. */
export type Boot = {
  /** `/proc/sys/kernel/random/boot_id`; the kubelet reports it as the node's `bootID`. */
  readonly id: string
  /** Seconds since the epoch by the host's own clock, which is the one that stamps its containers. */
  readonly at: number
}

/** What the API tells of a node and of the pods on it. */
export type Reports = {
  readonly bootId: string
  /** Its pod with the oldest container that is told to run, and when that was started, in seconds since the epoch. */
  readonly oldest: { readonly pod: string; readonly startedAt: number } | null
}

/** Empty where all reports are of this start of the host; else which is not, for people. */
type Standing = { readonly stale: string }

const limitSeconds = 300

/**
 * For up to 40 s after a host was started the API tells what was true before: a Ready node, and ready pods in containers
 * that are gone. Whoever believes it ends too early. This waits until the kubelet has reported all of them anew.
 */
export function nodeReported(host: string): Resource<Standing> {
  const probe: JointProbe<Standing> = { of: 'both', host: boot, api: reportsOf(host), combine: judgeReports }
  return {
    kind: 'node-reported',
    id: host,
    probe,
    diff(is) {
      if (is.is === 'absent') return [{ attribute: 'reports', before: null, after: 'since its start' }]
      return is.state.stale ? [{ attribute: 'reports', before: 'from before its start', after: 'since its start' }] : []
    },
    async apply(on) {
      const api = await on.on(cluster)
      const started = readBoot(await on.run(bootScript, { what: 'read when the host started' }))
      const ask = async (): Promise<true | string> => {
        const reports = await readReports(api, host)
        if (!reports) return 'the cluster has no node of this name yet'
        return staleOf(started, reports) || true
      }
      await api.until(`what is told of ${host} to be of its last start`, limitSeconds, ask)
    },
  }
}

export const bootScript = `printf 'boot '; cat /proc/sys/kernel/random/boot_id
sed -n 's/^btime /booted /p' /proc/stat`

export function readBoot(output: string): Boot {
  const [, id] = output.match(/^boot (\S+)$/m) ?? []
  const [, at] = output.match(/^booted (\d+)$/m) ?? []
  if (id === undefined || at === undefined) throw new Error('it does not tell when it started')
  return { id, at: Number(at) }
}

const boot: HostProbe<Boot> = {
  of: 'host',
  keys: [],
  script: () => bootScript,
  parse: output => present(readBoot(output)),
}

const reportsOf = (host: string): ApiProbe<Reports, ClusterReader> => ({
  of: 'api',
  target: cluster,
  async read(reader) {
    const reports = await readReports(reader, host)
    return reports ? present(reports) : absent
  },
})

async function readReports(reader: ClusterReader, host: string): Promise<Reports | undefined> {
  const [node, pods] = await Promise.all([
    reader.get<Node>({ apiVersion: 'v1', kind: 'Node', name: host }),
    reader.list<Pod>({ apiVersion: 'v1', kind: 'Pod' }, { fieldSelector: `spec.nodeName=${host}` }),
  ])
  return node && reportsIn(node, pods)
}

const reportsIn = (node: Node, pods: readonly Pod[]): Reports => ({
  bootId: node.status.nodeInfo?.bootID ?? '',
  oldest: oldestOf(pods),
})

/** The start that these facts are of. Called soon after they were gathered, or the two clocks have run apart. */
export const bootOf = (facts: Pick<HostFacts, 'bootId' | 'clockAheadSeconds' | 'uptimeAheadSeconds'>): Boot => ({
  id: facts.bootId,
  at: Date.now() / 1000 + facts.clockAheadSeconds - (uptime() + facts.uptimeAheadSeconds),
})

/** Which of what the API tells of a node and its own pods is not of this start of its host; empty where all is. */
export const staleIn = (boot: Boot, node: Node, pods: readonly Pod[]): string => staleOf(boot, reportsIn(node, pods))

/** A pod that has ended is left out: its containers ran when they ran. */
export function oldestOf(pods: readonly Pod[]): Reports['oldest'] {
  const started = pods
    .filter(({ status }) => status.phase !== 'Succeeded' && status.phase !== 'Failed')
    .flatMap(({ metadata, status }) =>
      (status.containerStatuses ?? []).flatMap(({ state }) =>
        state?.running ? [{ pod: metadata.name, startedAt: Date.parse(state.running.startedAt) / 1000 }] : [],
      ),
    )
  return started.sort((a, b) => a.startedAt - b.startedAt)[0] ?? null
}

export function judgeReports(onHost: Answer<Boot>, api: Answer<Reports>): Answer<Standing> {
  // Without a node there are no reports, whatever the host says: also while there is no host yet.
  if (api.is !== 'present') return api
  return onHost.is === 'present' ? present({ stale: staleOf(onHost.state, api.state) }) : onHost
}

/** A clock that was set right soon after the start moves the start too; a container must be older than that explains. */
const clockSlackSeconds = 60

function staleOf(boot: Boot, { bootId, oldest }: Reports): string {
  if (bootId !== boot.id) return 'its kubelet has not reported since its host started'
  return oldest && oldest.startedAt < boot.at - clockSlackSeconds
    ? `what is told of pod ${oldest.pod} is from before its start`
    : ''
}
