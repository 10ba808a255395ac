import { expect } from '../../../engine/play/checks.ts'
import type { Run } from '../../../engine/play/run.ts'
import { cluster } from '../../../kube/api/cluster.ts'
import type { ClusterWriter } from '../../../kube/api/writer.ts'

/** The cluster, to be disturbed; for a run that holds the lab's lock. */
export async function writerOf(run: Run): Promise<ClusterWriter> {
  const session = await run.api(cluster)
  expect(session.is === 'present', session.is === 'unknown' ? session.why : 'there is no cluster')
  return session.state.writerFor(cluster.name)
}
