import { usageError } from '../../engine/errors.ts'
import { agrees } from '../../engine/play/confirm.ts'
import { removeRetired, retiredHosts } from '../../engine/play/hosts.ts'
import { playList } from '../../engine/play/play-roles.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { stopIfFailed } from '../../engine/play/stop.ts'
import type { OtherClients } from '../../engine/resources/nfs-export.ts'
import { cluster } from '../../kube/api/cluster.ts'
import { onlyNodes, strayNodes } from '../../kube/nodes/only-nodes.ts'

const title = 'Remove what has left the inventory'
/** What a run may remove, for it has asked. */
const agreed = new WeakMap<Run, ReadonlySet<string>>()

/**
 * Asks about what the inventory no longer lists before anything is done: whoever answers need not wait for it, and a run
 * that cannot ask has changed nothing. Tells roles that somebody leaves, who until then is served as before.
 */
export function askToRetire(): Step {
  return {
    title: 'Ask before what has left the inventory is removed',
    roles: [],
    groups: [],
    async perform(run: Run): Promise<void> {
      const leaving = [...new Set([...retiredHosts(run), ...(await earlyStrays(run))])]
      if (leaving.length === 0) return
      run.tell('nodes that leave', 'kept' satisfies OtherClients)
      if (!run.limited) await confirm(run, leaving)
    },
  }
}

/**
 * Nodes and hosts that the inventory no longer lists: after a question, where none was asked before, nodes are drained
 * and deleted, `after` is performed, then the hosts under them are removed. Silent where there is none.
 */
export function retire(after?: Step): Step {
  return {
    title,
    roles: after?.roles ?? [],
    groups: after?.groups ?? [],
    plays: [title],
    async perform(run: Run): Promise<void> {
      if (run.limited) return
      const began = performance.now()
      run.emit({ type: 'play.start', play: title, hosts: [cluster.name] })
      const nodes = await strays(run)
      const hosts = retiredHosts(run)
      if (nodes.length + hosts.length > 0) await confirm(run, [...new Set([...nodes, ...hosts])])
      if (nodes.length > 0) await removeNodes(run)
      run.emit({ type: 'play.end', play: title, seconds: (performance.now() - began) / 1000 })
      stopIfFailed(run)
      if (nodes.length + hosts.length > 0) await after?.perform(run)
      if (run.provider.hostsStay) for (const node of nodes) run.remind(staysAsItIs(node, run.options.check))
      if (hosts.length > 0) await removeRetired(run, 'Remove hosts that have left the inventory')
    },
  }
}

/** It is no node any more, and does not know that: nobody reaches a host that the inventory no longer lists. */
const staysAsItIs = (node: string, check: boolean): string =>
  `${node} ${check ? 'would be' : 'was'} taken out of the cluster, and the host itself left as it is: the inventory no longer ` +
  'says how to reach it. Its kubelet makes it a node again when it is next started: end that with kubeadm reset on it.'

const removeNodes = (run: Run): Promise<void> =>
  playList(run, title, cluster.name, false, async () => [
    { resource: onlyNodes(run.lab.name, run.lab.groups.get('cluster') ?? []), role: 'worker' },
  ])

/**
 * Elsewhere what leaves the cluster leaves as a host, too. An API that does not answer is no failure here: whatever needs
 * it says so.
 */
async function earlyStrays(run: Run): Promise<readonly string[]> {
  return run.provider.hostsStay ? strays(run).catch(() => []) : []
}

async function strays(run: Run): Promise<readonly string[]> {
  const session = await run.api(cluster)
  if (session.is !== 'present') return []
  return strayNodes(session.state.reader, run.lab.name, run.lab.groups.get('cluster') ?? [])
}

async function confirm(run: Run, hosts: readonly string[]): Promise<void> {
  const leaving = hosts.filter(host => !agreed.get(run)?.has(host))
  if (run.options.check || run.options.yes || leaving.length === 0) return
  const question = `The inventory no longer lists ${leaving.join(', ')}. Drain, delete and remove? (yes/no) `
  if (await agrees(question, run.signal)) {
    agreed.set(run, new Set(hosts))
    return
  }
  throw usageError({
    code: 'not-confirmed',
    message: `${leaving.join(', ')} left as they are`,
    next: 'List them in the inventory again, or run up again and answer yes.',
  })
}
