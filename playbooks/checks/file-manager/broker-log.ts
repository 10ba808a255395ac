import { type Check, expect } from '../../../engine/play/checks.ts'
import { brokerPort } from '../../../images/file-manager/protocol/limits.ts'
import type { ClusterReader } from '../../../kube/api/reader.ts'
import { clusterOf } from '../cluster-reader.ts'
import { namespace, podsOf } from './pods.ts'
import type { Visit } from './visit.ts'

/** Lines that a broker may write between its start and now; a line for each client is among them. */
const all = 100_000

/** A7: the broker has told that it listens, and that all servers are registered. */
export const brokerLog = ({ run, variant }: Visit): Check => ({
  id: 'S1-A7',
  title: 'The broker listens, and knows the servers',
  async look() {
    const lines = await linesOfBroker(await clusterOf(run))
    const started = lines.some(line => line.includes(`broker started, listening on ${brokerPort}`))
    expect(started, `its log does not say that it listens on ${brokerPort}: ${lines.at(0) ?? 'it is empty'}`)
    const last = lines.findLast(line => registered(line) !== undefined)
    expect(last !== undefined && registered(last) === variant.replicas, last ?? 'no server has registered')
    const names = lines.flatMap(line => /server registered: (\S+)/.exec(line)?.[1] ?? [])
    return `listening on ${brokerPort}, ${registered(last)} servers registered: ${[...new Set(names)].slice(-variant.replicas).join(', ')}`
  },
})

export async function linesOfBroker(reader: ClusterReader): Promise<readonly string[]> {
  const [pod] = await podsOf(reader, 'broker')
  expect(pod !== undefined, 'there is no pod of the broker')
  return (await reader.logs(namespace, pod.metadata.name, 'broker', all)).split('\n')
}

/** How many servers are registered, by a line that tells of one that has come or gone. */
export function registered(line: string): number | undefined {
  const [, count] = /server .* \((\d+) servers?\)$/.exec(line) ?? []
  return count === undefined ? undefined : Number(count)
}
