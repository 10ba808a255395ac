import { type Check, expect } from '../../../engine/play/checks.ts'
import { podReadiness } from '../../../kube/nodes/readiness.ts'
import { clusterOf } from '../cluster-reader.ts'
import { nodeOf, podsOf, shown, standingOf } from './pods.ts'
import type { Visit } from './visit.ts'

/** A3: the broker is one, the servers are as many as the variant says. */
export const deployments = ({ run, variant }: Visit): Check => ({
  id: 'S1-A3',
  title: 'The deployments are complete',
  async look() {
    const reader = await clusterOf(run)
    const [broker, server] = await Promise.all([standingOf(reader, 'broker'), standingOf(reader, 'server')])
    const saw = `broker-deployment ${broker}, server-deployment ${server}`
    expect(broker === '1/1' && server === `${variant.replicas}/${variant.replicas}`, saw)
    return saw
  },
})

/** A4: all pods run, and the servers where the variant has them: on different workers, or all on one. */
export const placement = ({ run, variant }: Visit): Check => ({
  id: 'S1-A4',
  title: variant.pinned ? 'The servers run on one worker' : 'The servers run on different workers',
  async look() {
    const reader = await clusterOf(run)
    const [brokers, servers] = await Promise.all([podsOf(reader, 'broker'), podsOf(reader, 'server')])
    const all = [...brokers, ...servers]
    const waiting = all.map(pod => ({ pod, ...podReadiness(pod) })).filter(({ ready }) => !ready)
    expect(waiting.length === 0, waiting.map(({ pod, why }) => `${shown(pod)}: ${why}`).join(', '))
    const saw = all.map(shown).join(', ')
    const workers = run.lab.groups.get('workers') ?? []
    const nodes = new Set(servers.map(nodeOf))
    const wanted = variant.pinned ? 1 : Math.min(variant.replicas, workers.length)
    expect(brokers.length === 1 && servers.length === variant.replicas && nodes.size === wanted, saw)
    expect(
      all.every(pod => workers.includes(nodeOf(pod))),
      saw,
    )
    return saw
  },
})
