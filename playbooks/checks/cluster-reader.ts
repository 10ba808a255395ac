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

/** Address at which the operator reaches every node, by its name; the check fails where one is reached at none. */
export const nodeAddresses = (run: Run): ReadonlyMap<string, string> => {
  const reach = run.reach()
  const addresses = reach.hostsOf('cluster').map((host): [string, string] => {
    const address = reach.addressOf(host)
    expect(address !== undefined, `${host} does not run`)
    return [host, address]
  })
  return new Map(addresses)
}
