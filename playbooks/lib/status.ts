import { askHosts } from '../../engine/play/ask-hosts.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { stopIfFailed } from '../../engine/play/stop.ts'
import type { Json } from '../../engine/report/events.ts'
import { cluster } from '../../kube/api/cluster.ts'
import { conditionOf, type Node, type Pod } from '../../kube/api/objects.ts'
import { seeCluster } from './see-cluster.ts'

/**
 * One line a host: how its provider has it, whether it answers, and how the cluster does. Then the pods that do not run.
 * What does not answer is told as such, and the rest all the same.
 */
export function status(): Step {
  return {
    title: 'Show how the lab stands',
    roles: [],
    groups: [],
    async perform(run: Run): Promise<void> {
      const say = ({ text, data }: Line) => run.emit({ type: 'notice', level: 'info', text, data })
      const [seen] = await Promise.all([seeCluster(run), askHosts(run)])
      const nodes = 'nodes' in seen ? seen.nodes : undefined
      for (const line of hostLines(run, nodes)) say(line)
      for (const line of 'pods' in seen ? podLines(seen.pods) : [noCluster(seen.why)]) say(line)
      if ('exit' in seen) run.failures.set(cluster.name, seen.exit)
      stopIfFailed(run)
    },
  }
}

interface Line {
  readonly text: string
  /** The same for programs. */
  readonly data: Readonly<Record<string, Json>>
}

const noCluster = (why: string): Line => ({ text: why, data: { cluster: null, why } })

/** Without `nodes` the cluster was not seen, and nothing can be said of any. */
function hostLines(run: Run, nodes: readonly Node[] | undefined): readonly Line[] {
  const rows = run.lab.hosts.map(({ name, groups }) => {
    const host = hostData(run, name)
    const node = nodeData(nodes?.find(({ metadata }) => metadata.name === name))
    const roles = groups.filter(group => group !== 'all' && group !== 'cluster').join(', ')
    return {
      cells: [name, hostShown(host), ...(nodes ? [nodeShown(node)] : []), roles],
      data: { host: name, ...host, groups, ...(nodes ? { node } : {}) },
    }
  })
  const widths = rows[0]?.cells.map((_, column) => Math.max(...rows.map(({ cells }) => cells[column]?.length ?? 0)))
  return rows.map(({ cells, data }) => ({
    text: cells
      .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
      .join('  ')
      .trimEnd(),
    data,
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
  return found?.is === 'running' ? { is: 'running', address: found.address } : { is: found?.is ?? 'absent' }
}

function hostShown({ is, why, address }: HostState): string {
  if (is === 'unreachable') return 'does not answer'
  if (why !== undefined) return `unknown: ${why}`
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

function nodeShown(node: ReturnType<typeof nodeData>): string {
  if (!node) return 'no node'
  return `${node.ready ? 'Ready' : 'NotReady'}${node.cordoned ? ', cordoned' : ''} ${node.version ?? ''}`
}

function podLines(pods: readonly Pod[]): readonly Line[] {
  const others = pods.filter(({ status }) => conditionOf(status.conditions, 'Ready')?.status !== 'True')
  const ready = pods.length - others.length
  return [
    {
      text: `${ready} of ${pods.length} pods are ready`,
      data: { cluster: 'present', pods: pods.length, ready },
    },
    ...others.map(({ metadata: { namespace = '', name }, status: { phase } }) => ({
      text: `  ${namespace}/${name}  ${phase}`,
      data: { namespace, pod: name, phase },
    })),
  ]
}
