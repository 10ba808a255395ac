import { type Check, expect } from '../../../engine/play/checks.ts'
import type { Run } from '../../../engine/play/run.ts'
import { controlPlaneGroup } from '../../../kube/api/cluster.ts'
import { answering } from './machine.ts'

const ofNode = [10250]
const ofControlPlane = [...ofNode, 6443, 2379, 2380, 10257, 10259]

/** Local ports, in hexadecimal, behind which somebody listens: state 0A of /proc/net/tcp and tcp6. */
export const listening = (table: string): ReadonlySet<number> =>
  new Set(
    [...table.matchAll(/^\s*\d+: [\dA-F]+:([\dA-F]{4}) [\dA-F]+:0000 0A /gm)].map(([, hex = '']) =>
      Number.parseInt(hex, 16),
    ),
  )

const script = 'if [ -e /etc/kubernetes/kubelet.conf ]; then echo joined; fi; cat /proc/net/tcp /proc/net/tcp6'

/** What kubeadm would find taken; on a node it is the cluster itself that listens. */
async function taken(run: Run, host: string): Promise<readonly string[]> {
  const answer = await run.reach().readOn(host, script)
  if (answer.is !== 'present' || answer.state.startsWith('joined')) return []
  const open = listening(answer.state)
  const wanted = run.lab.groups.get(controlPlaneGroup)?.includes(host) ? ofControlPlane : ofNode
  return wanted.filter(port => open.has(port)).map(port => `${port} on ${host}`)
}

export const portsCheck: Check = {
  id: 'ports',
  title: 'The ports of Kubernetes are free',
  async look(run) {
    const nodes = answering(run).filter(host => run.lab.groups.get('cluster')?.includes(host))
    if (nodes.length === 0) return 'no node runs that could be asked'
    const found = (await Promise.all(nodes.map(host => taken(run, host)))).flat()
    const next = 'See who listens there (ss -lntp), and end it; kubeadm refuses a port that is taken.'
    expect(found.length === 0, `taken: ${found.join(', ')}`, next)
    return 'or taken by the cluster itself'
  },
}
