import { setTimeout } from 'node:timers/promises'
import { type Check, expect } from '../../engine/play/checks.ts'
import type { Run } from '../../engine/play/run.ts'
import { failureOf } from '../../engine/play/stop.ts'
import { conditionOf, type Node, type Pod } from '../../kube/api/objects.ts'
import { podReadiness } from '../../kube/nodes/readiness.ts'
import { clusterOf } from './cluster-reader.ts'

/** How long a lab may take to settle, e.g. after a host that was off has come back. */
const settleSeconds = 180

/** A1: every host answers, every node is Ready, and every pod of every namespace runs. */
export const nodesAndPods: Check = {
  id: 'S1-A1',
  title: 'Hosts answer, nodes are Ready, pods run',
  async look(run: Run): Promise<string> {
    const silent = await silentHosts(run)
    expect(silent.length === 0, silent.join('; '))
    const reader = await clusterOf(run)
    const end = performance.now() + settleSeconds * 1000
    for (;;) {
      const [nodes, pods] = await Promise.all([
        reader.list<Node>({ apiVersion: 'v1', kind: 'Node' }),
        reader.list<Pod>({ apiVersion: 'v1', kind: 'Pod' }),
      ])
      const missing = unsettled(run.lab.groups.get('cluster') ?? [], nodes, pods)
      if (missing === undefined)
        return `${nodes.length} nodes Ready (${nodes.map(shown).join(', ')}), ${pods.length} pods run`
      expect(performance.now() < end && !run.signal.aborted, missing)
      run.reach().waiting('cluster', 'nodes and pods', settleSeconds, missing)
      await setTimeout(2000, undefined, { signal: run.signal })
    }
  },
}

/** Why hosts do not answer that should; all are asked side by side. */
async function silentHosts(run: Run): Promise<readonly string[]> {
  const asked = run.lab.hosts.map(async ({ name }) => (await run.session(name)).facts)
  const answers = await Promise.allSettled(asked)
  return answers.flatMap(answer => {
    if (answer.status === 'fulfilled') return []
    const { message, cause } = failureOf(answer.reason)
    return [cause ? `${message}: ${cause}` : message]
  })
}

/** What is not yet as it should be; undefined when everything is. */
export function unsettled(hosts: readonly string[], nodes: readonly Node[], pods: readonly Pod[]): string | undefined {
  const [wanted, there] = [[...hosts].sort(), nodes.map(({ metadata }) => metadata.name).sort()]
  if (String(there) !== String(wanted)) return `nodes are ${there.join(', ')}; the inventory has ${wanted.join(', ')}`
  const notReady = nodes.filter(({ status }) => conditionOf(status.conditions, 'Ready')?.status !== 'True')
  if (notReady.length > 0) return `not Ready: ${notReady.map(({ metadata }) => metadata.name).join(', ')}`
  const notRunning = pods
    .map(pod => ({ name: `${pod.metadata.namespace}/${pod.metadata.name}`, ...podReadiness(pod) }))
    .filter(({ ready }) => !ready)
  if (notRunning.length === 0) return undefined
  return `not running: ${notRunning.map(({ name, why }) => `${name} (${why})`).join(', ')}`
}

const shown = ({ metadata, status }: Node): string =>
  `${metadata.name} ${status.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '?'}`
