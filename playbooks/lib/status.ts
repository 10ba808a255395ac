import { askHosts } from '../../engine/play/ask-hosts.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { stopIfFailed } from '../../engine/play/stop.ts'
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
      const say = (text: string) => run.emit({ type: 'notice', level: 'info', text })
      const [seen] = await Promise.all([seeCluster(run), askHosts(run)])
      const nodes = 'nodes' in seen ? seen.nodes : undefined
      for (const line of hostLines(run, nodes)) say(line)
      for (const line of 'pods' in seen ? podLines(seen.pods) : [seen.why]) say(line)
      if ('exit' in seen) run.failures.set(cluster.name, seen.exit)
      stopIfFailed(run)
    },
  }
}

/** Without `nodes` the cluster was not seen, and nothing can be said of any. */
function hostLines(run: Run, nodes: readonly Node[] | undefined): readonly string[] {
  const rows = run.lab.hosts.map(({ name, groups }) => [
    name,
    hostShown(run, name),
    ...(nodes ? [nodeShown(nodes.find(({ metadata }) => metadata.name === name))] : []),
    groups.filter(group => group !== 'all' && group !== 'cluster').join(', '),
  ])
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? []
  return rows.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function hostShown(run: Run, host: string): string {
  if (run.failures.has(host)) return 'does not answer'
  const found = run.found.get(host)
  if (found?.is === 'unknown') return `unknown: ${found.why}`
  return found?.is === 'running' ? `running ${found.address}` : (found?.is ?? 'absent')
}

function nodeShown(node: Node | undefined): string {
  if (!node) return 'no node'
  const ready = conditionOf(node.status.conditions, 'Ready')?.status === 'True' ? 'Ready' : 'NotReady'
  return `${ready}${node.spec.unschedulable ? ', cordoned' : ''} ${node.status.nodeInfo?.kubeletVersion ?? ''}`
}

function podLines(pods: readonly Pod[]): readonly string[] {
  const others = pods.filter(({ status }) => conditionOf(status.conditions, 'Ready')?.status !== 'True')
  return [
    `${pods.length - others.length} of ${pods.length} pods are ready`,
    ...others.map(({ metadata, status }) => `  ${metadata.namespace}/${metadata.name}  ${status.phase}`),
  ]
}
