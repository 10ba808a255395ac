import { type Check, expect } from '../../engine/play/checks.ts'
import type { Run } from '../../engine/play/run.ts'
import { conditionOf, type Node, type Pod } from '../../kube/api/objects.ts'
import { clusterOf } from './cluster-reader.ts'

/** A1: every host answers, every node is Ready, and every pod of every namespace runs. */
export const nodesAndPods: Check = {
  id: 'S1-A1',
  title: 'Hosts answer, nodes are Ready, pods run',
  async look(run: Run): Promise<string> {
    for (const host of run.lab.hosts) await (await run.session(host.name)).facts
    const reader = await clusterOf(run)
    const [nodes, pods] = await Promise.all([
      reader.list<Node>({ apiVersion: 'v1', kind: 'Node' }),
      reader.list<Pod>({ apiVersion: 'v1', kind: 'Pod' }),
    ])
    const [wanted, there] = [
      [...(run.lab.groups.get('cluster') ?? [])].sort(),
      nodes.map(({ metadata }) => metadata.name).sort(),
    ]
    expect(
      JSON.stringify(there) === JSON.stringify(wanted),
      `nodes are ${there.join(', ')}; the inventory has ${wanted.join(', ')}`,
    )
    const notReady = nodes.filter(({ status }) => conditionOf(status.conditions, 'Ready')?.status !== 'True')
    expect(notReady.length === 0, `not Ready: ${notReady.map(({ metadata }) => metadata.name).join(', ')}`)
    const notRunning = pods.filter(({ status }) => status.phase !== 'Running')
    expect(
      notRunning.length === 0,
      `not Running: ${notRunning.map(({ metadata, status }) => `${metadata.namespace}/${metadata.name} ${status.phase}`).join(', ')}`,
    )
    const shown = nodes.map(
      ({ metadata, status }) =>
        `${metadata.name} ${status.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '?'}`,
    )
    return `${nodes.length} nodes Ready (${shown.join(', ')}), ${pods.length} pods Running`
  },
}
