import { expect } from '../../engine/play/checks.ts'
import type { Run } from '../../engine/play/run.ts'
import { cluster } from '../../kube/api/cluster.ts'
import type { ClusterReader } from '../../kube/api/reader.ts'

/** The cluster as the operator reaches it; the check fails when there is none. */
export async function clusterOf(run: Run): Promise<ClusterReader> {
  const session = await run.api(cluster)
  expect(session.is === 'present', session.is === 'unknown' ? session.why : 'there is no cluster')
  return session.state.reader
}

/** Address at which the operator reaches every node, by its name. */
export const nodeAddresses = (run: Run): ReadonlyMap<string, string> => {
  const reach = run.reach()
  return new Map(reach.hostsOf('cluster').map(host => [host, reach.addressOf(host) ?? '']))
}
