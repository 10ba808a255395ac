import { AndamioError, exitCode } from '../../engine/errors.ts'
import { byUp } from '../../engine/play/next-step.ts'
import type { Run } from '../../engine/play/run.ts'
import { counted } from '../../engine/report/text.ts'
import { podStanding, readiness } from '../../kube/nodes/readiness.ts'
import type { Seen, Unseen } from './see-cluster.ts'

/**
 * Throws `lab-not-ready` where the lab is not what it should be, for who asks in a script: exit 69 where a host or the
 * cluster is not there, 70 where all are and a node or a pod is not ready.
 */
export function refuseUnready(run: Run, seen: Seen | Unseen): void {
  const none = run.lab.hosts.every(({ name }) => run.found.get(name)?.is === 'absent')
  if (none && 'why' in seen)
    throw new AndamioError(
      {
        code: 'lab-not-ready',
        message: `There is no lab ${run.lab.name}`,
        cause: `none of its ${counted(run.lab.hosts.length, 'host')} is there`,
        next: byUp(run, 'Build it'),
      },
      exitCode.unreachable,
    )
  const notThere = [...hostsNotThere(run), ...('why' in seen ? [seen.why.replace(/\.$/, '')] : [])]
  const unready = 'nodes' in seen ? [...nodesUnready(run, seen), ...podsUnready(seen)] : []
  if (notThere.length + unready.length === 0) return
  throw new AndamioError(
    {
      code: 'lab-not-ready',
      message: `The lab ${run.lab.name} is not ready`,
      cause: [...notThere, ...unready].join('; '),
      next: byUp(run, 'Bring it about'),
    },
    notThere.length > 0 ? exitCode.unreachable : exitCode.failed,
  )
}

const hostsNotThere = ({ lab, found }: Run): readonly string[] =>
  lab.hosts.flatMap(({ name }) => {
    const { is } = found.get(name) ?? { is: 'absent' }
    return is === 'running' ? [] : [`${name} is ${is}`]
  })

const nodesUnready = ({ lab }: Run, { nodes }: Seen): readonly string[] =>
  (lab.groups.get('cluster') ?? []).flatMap(host => {
    const node = nodes.find(({ metadata }) => metadata.name === host)
    if (node === undefined) return [`${host} is no node`]
    return readiness(node).ready ? [] : [`node ${host} is not Ready`]
  })

function podsUnready({ pods }: Seen): readonly string[] {
  const unready = pods.filter(pod => !podStanding(pod).ready).length
  return unready === 0 ? [] : [`${unready} of ${counted(pods.length, 'pod')} not ready`]
}
