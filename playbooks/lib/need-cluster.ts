import type { Run } from '../../engine/play/run.ts'
import type { Step } from '../../engine/play/step.ts'
import { cluster } from '../../kube/api/cluster.ts'
import { noCluster } from '../../kube/api/no-cluster.ts'

/** Ends a run that would look at a cluster where there is none: said once, and not by each look. */
export function needCluster(): Step {
  return {
    title: 'Look for the cluster',
    roles: [],
    groups: [],
    async perform(run: Run): Promise<void> {
      const session = await run.api(cluster)
      if (session.is !== 'present') throw noCluster(run.lab.name, session.is === 'unknown' ? session.why : undefined)
    },
  }
}
