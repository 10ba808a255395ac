import { AndamioError, exitCode } from '../../engine/errors.ts'
import { byUp } from '../../engine/play/next-step.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { cluster } from '../../kube/api/cluster.ts'
import { noCluster } from '../../kube/api/no-cluster.ts'

/**
 * Ends a run that would look at a cluster where there is none, or at one whose hosts are not all built and started: said
 * once, and not by each look. Throws `no-cluster` or `host-not-running`, exit 69.
 */
export function needCluster(): Step {
  return {
    title: 'Look for the cluster',
    roles: [],
    groups: [],
    async perform(run: Run): Promise<void> {
      const [notBuilt, stopped] = [hostsThatAre(run, 'absent'), hostsThatAre(run, 'stopped')]
      const wholly = notBuilt.length === run.lab.hosts.length
      if (!wholly && notBuilt.length + stopped.length > 0) throw notWhole(run, notBuilt, stopped)
      const session = await run.api(cluster)
      if (session.is === 'present') return
      throw noCluster(run.lab.name, byUp(run, 'Build it'), session.is === 'unknown' ? session.why : undefined)
    },
  }
}

const hostsThatAre = ({ lab, found }: Run, is: 'absent' | 'stopped'): readonly string[] =>
  lab.hosts.map(({ name }) => name).filter(name => (found.get(name)?.is ?? 'absent') === is)

function notWhole(run: Run, notBuilt: readonly string[], stopped: readonly string[]): AndamioError {
  const words = (hosts: readonly string[], are: string) =>
    hosts.length === 0 ? [] : [`${hosts.join(', ')} ${hosts.length === 1 ? 'is' : 'are'} ${are}`]
  return new AndamioError(
    {
      code: 'host-not-running',
      message: [...words(notBuilt, 'not built'), ...words(stopped, 'stopped')].join('; '),
      next: byUp(run, 'Bring it about'),
    },
    exitCode.unreachable,
  )
}
