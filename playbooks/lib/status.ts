import { askHosts } from '../../engine/play/ask-hosts.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { stopIfFailed } from '../../engine/play/stop.ts'
import type { Json } from '../../engine/report/events.ts'
import { cluster } from '../../kube/api/cluster.ts'
import { conditionOf, type Node, type Pod } from '../../kube/api/objects.ts'
import { podStanding, restartWords } from '../../kube/nodes/readiness.ts'
import { refuseUnready } from './refuse-unready.ts'
import { seeCluster } from './see-cluster.ts'

/**
 * One line a host: how its provider has it, whether it answers, and how the cluster does. Then the pods that are not
 * ready. What does not answer is told as such, and the rest all the same. Throws `lab-not-ready`, exit 69 where something
 * is not there, else 70.
 */
export function status(): Step {
  return {
    title: 'Show how the lab stands',
    roles: [],
    groups: [],
    async perform(run: Run): Promise<void> {
      const say = (line: Line) => run.emit({ type: 'notice', level: 'info', ...line })
      const [seen] = await Promise.all([seeCluster(run), askHosts(run)])
      const nodes = 'nodes' in seen ? seen.nodes : undefined
      for (const line of hostLines(run, nodes)) say(line)
      for (const line of 'pods' in seen ? podLines(seen.pods) : [noCluster(seen.why)]) say(line)
      if ('exit' in seen) run.failures.set(cluster.name, seen.exit)
      stopIfFailed(run)
      refuseUnready(run, seen)
    },
  }
}

interface Line {
  readonly text: string
  /** The same for programs; a heading has none. */
  readonly data?: Readonly<Record<string, Json>>
}

const noCluster = (why: string): Line => ({ text: `CLUSTER  ${why}`, data: { cluster: null, why } })

/** Without `nodes` the cluster was not seen, and nothing can be said of any. */
function hostLines(run: Run, nodes: readonly Node[] | undefined): readonly Line[] {
  const rows = run.lab.hosts.map(({ name, groups }) => {
    const host = hostData(run, name)
    const node = nodeData(nodes?.find(({ metadata }) => metadata.name === name))
    const roles = groups.filter(group => group !== 'all' && group !== 'cluster').join(', ')
    return {
      cells: [name, hostShown(host), ...(nodes ? [nodeShown(node, host.is === 'running')] : []), roles],
      data: { host: name, ...host, groups, ...(nodes ? { node } : {}) },
    }
  })
  const heading = { cells: ['HOST', 'STATE', ...(nodes ? ['NODE'] : []), 'GROUPS'] }
  return table([heading, ...rows])
}

interface Row {
  readonly cells: readonly string[]
  readonly data?: NonNullable<Line['data']>
}

/** Columns as wide as their widest cell. */
function table(rows: readonly Row[]): readonly Line[] {
  const widths = rows[0]?.cells.map((_, column) => Math.max(...rows.map(({ cells }) => cells[column]?.length ?? 0)))
  return rows.map(({ cells, ...data }) => ({
    text: cells
      .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
      .join('  ')
      .trimEnd(),
    ...data,
  }))
}

interface HostState {
  readonly [field: string]: string
  readonly is: string
}

function hostData(run: Run, host: string): HostState {
  if (run.failures.has(host)) return { is: 'unreachable' }
  const found = run.found.get(host)
  if (found?.is === 'unknown') return { is: 'unknown', why: found.why }
  if (found?.is === 'running') return { is: 'running', address: found.address }
  return { is: found?.is ?? 'absent', ...(found?.why === undefined ? {} : { why: found.why }) }
}

function hostShown({ is, why, address }: HostState): string {
  if (is === 'unreachable') return 'does not answer'
  if (why !== undefined) return `${is}: ${why}`
  return address === undefined ? is : `${is} ${address}`
}

const nodeData = (node: Node | undefined) =>
  node
    ? {
        ready: conditionOf(node.status.conditions, 'Ready')?.status === 'True',
        cordoned: node.spec.unschedulable ?? false,
        version: node.status.nodeInfo?.kubeletVersion ?? null,
      }
    : null

/** Kubernetes takes a while to notice that a host is gone. */
function nodeShown(node: ReturnType<typeof nodeData>, runs: boolean): string {
  if (!node) return 'no node'
  const ready = runs ? 'Ready' : 'Ready until noticed'
  return `${node.ready ? ready : 'NotReady'}${node.cordoned ? ', cordoned' : ''} ${node.version ?? ''}`
}

/** Of those that are not ready each has a line: its reason in kubectl's word, and how often its containers were restarted. */
function podLines(pods: readonly Pod[]): readonly Line[] {
  const stands = pods.map(pod => {
    const { namespace = '', name } = pod.metadata
    const data = { namespace, pod: name, node: pod.spec.nodeName ?? null, phase: pod.status.phase }
    return { name: `${namespace}/${name}`, data, ...podStanding(pod) }
  })
  const others = stands.filter(({ ready }) => !ready)
  const ready = pods.length - others.length
  const restarts = stands.reduce((sum, pod) => sum + pod.restarts, 0)
  return [
    {
      text: ['PODS', `${ready} of ${pods.length} are ready`, restarts === 0 ? '' : `${restartWords(restarts)} so far`]
        .filter(Boolean)
        .join('  '),
      data: { cluster: 'present', pods: pods.length, ready, restarts },
    },
    ...table(
      others.map(({ name, data, reason, container, message, restarts }) => ({
        cells: [`  ${name}`, [reason, restartWords(restarts)].filter(Boolean).join(', '), data.node ?? ''],
        data: { ...data, reason, container: container ?? null, message: message ?? null, restarts },
      })),
    ),
  ]
}
