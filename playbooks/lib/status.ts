import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import type { Found } from '../../engine/provider/provider.ts'
import { cluster } from '../../kube/api/cluster.ts'
import { conditionOf, type Node, type Pod } from '../../kube/api/objects.ts'
import type { ClusterReader } from '../../kube/api/reader.ts'

/** One line a host: how its provider has it, and how the cluster does. Then the pods that do not run. */
export function status(): Step {
  return {
    title: 'Show how the lab stands',
    roles: [],
    groups: [],
    async perform(run: Run): Promise<void> {
      const say = (text: string) => run.emit({ type: 'notice', level: 'info', text })
      const reader = await clusterReader(run)
      const nodes = (await reader?.list<Node>({ apiVersion: 'v1', kind: 'Node' })) ?? []
      const width = Math.max(...run.lab.hosts.map(({ name }) => name.length))
      for (const { name, groups } of run.lab.hosts) {
        const node = nodes.find(({ metadata }) => metadata.name === name)
        const roles = groups.filter(group => group !== 'all' && group !== 'cluster').join(', ')
        say(`${name.padEnd(width)}  ${shown(run.found.get(name)).padEnd(22)}  ${nodeShown(node).padEnd(24)}  ${roles}`)
      }
      if (!reader) return say('There is no cluster.')
      const pods = await reader.list<Pod>({ apiVersion: 'v1', kind: 'Pod' })
      const others = pods.filter(({ status }) => conditionOf(status.conditions, 'Ready')?.status !== 'True')
      say(`${pods.length - others.length} of ${pods.length} pods are ready`)
      for (const { metadata, status } of others) say(`  ${metadata.namespace}/${metadata.name}  ${status.phase}`)
    },
  }
}

const shown = (found: Found | undefined): string =>
  found?.is === 'running' ? `running ${found.address}` : (found?.is ?? 'absent')

function nodeShown(node: Node | undefined): string {
  if (!node) return 'no node'
  const ready = conditionOf(node.status.conditions, 'Ready')?.status === 'True' ? 'Ready' : 'NotReady'
  return `${ready}${node.spec.unschedulable ? ', cordoned' : ''} ${node.status.nodeInfo?.kubeletVersion ?? ''}`
}

/** Undefined where there is none to ask: also a control plane that is stopped is a state to be shown. */
async function clusterReader(run: Run): Promise<ClusterReader | undefined> {
  const session = await run.api(cluster)
  return session.is === 'present' ? session.state.reader : undefined
}
