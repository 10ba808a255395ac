import { setTimeout } from 'node:timers/promises'
import { type Check, expect } from '../../engine/play/checks.ts'
import type { Run } from '../../engine/play/run.ts'
import { failureOf } from '../../engine/play/stop.ts'
import { conditionOf, type Node, type Pod } from '../../kube/api/objects.ts'
import { type Boot, bootOf, staleIn } from '../../kube/nodes/node-reported.ts'
import { podReadiness } from '../../kube/nodes/readiness.ts'
import { clusterOf } from './cluster-reader.ts'

/** How long a lab may take to settle, e.g. after a host that was off has come back. */
const settleSeconds = 180

/** A1: every host answers, every node is Ready, and every pod of every namespace runs. */
export const nodesAndPods: Check = {
  id: 'S1-A1',
  title: 'Hosts answer, nodes are Ready, pods run',
  async look(run: Run): Promise<string> {
    const boots = await bootsOf(run)
    const reader = await clusterOf(run)
    const end = performance.now() + settleSeconds * 1000
    for (;;) {
      const [nodes, pods] = await Promise.all([
        reader.list<Node>({ apiVersion: 'v1', kind: 'Node' }),
        reader.list<Pod>({ apiVersion: 'v1', kind: 'Pod' }),
      ])
      const missing = unsettled(run.lab.groups.get('cluster') ?? [], nodes, pods, boots)
      if (missing === undefined)
        return `${nodes.length} nodes Ready (${nodes.map(shown).join(', ')}), ${pods.length} pods run`
      expect(performance.now() < end && !run.signal.aborted, missing)
      run.reach().waiting('cluster', 'nodes and pods', settleSeconds, missing)
      await setTimeout(2000, undefined, { signal: run.signal })
    }
  },
}

/** When each host was started; all are asked side by side. Fails with why hosts do not answer that should. */
async function bootsOf(run: Run): Promise<ReadonlyMap<string, Boot>> {
  const asked = run.lab.hosts.map(async ({ name }) => {
    const { facts } = await run.session(name)
    return [name, bootOf(await facts)] as const
  })
  const answers = await Promise.allSettled(asked)
  const silent = answers.flatMap(answer => {
    if (answer.status === 'fulfilled') return []
    const { message, cause } = failureOf(answer.reason)
    return [cause ? `${message}: ${cause}` : message]
  })
  expect(silent.length === 0, silent.join('; '))
  return new Map(answers.flatMap(answer => (answer.status === 'fulfilled' ? [answer.value] : [])))
}

/** What is not yet as it should be, or told as it was before a host was started anew; undefined when everything is. */
export function unsettled(
  hosts: readonly string[],
  nodes: readonly Node[],
  pods: readonly Pod[],
  boots: ReadonlyMap<string, Boot>,
): string | undefined {
  const [wanted, there] = [[...hosts].sort(), nodes.map(({ metadata }) => metadata.name).sort()]
  if (String(there) !== String(wanted)) return `nodes are ${there.join(', ')}; the inventory has ${wanted.join(', ')}`
  const notReady = nodes.filter(({ status }) => conditionOf(status.conditions, 'Ready')?.status !== 'True')
  if (notReady.length > 0) return `not Ready: ${notReady.map(({ metadata }) => metadata.name).join(', ')}`
  const stale = nodes.flatMap(node => {
    const { name } = node.metadata
    const boot = boots.get(name)
    const own = pods.filter(({ spec }) => spec.nodeName === name)
    const why = boot && staleIn(boot, node, own)
    return why ? [`${name}: ${why}`] : []
  })
  if (stale.length > 0) return `not yet told anew: ${stale.join('; ')}`
  const notRunning = pods
    .map(pod => ({ name: `${pod.metadata.namespace}/${pod.metadata.name}`, ...podReadiness(pod) }))
    .filter(({ ready }) => !ready)
  if (notRunning.length === 0) return undefined
  return `not running: ${notRunning.map(({ name, why }) => `${name} (${why})`).join(', ')}`
}

const shown = ({ metadata, status }: Node): string =>
  `${metadata.name} ${status.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '?'}`
