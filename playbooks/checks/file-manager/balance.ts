import { type Check, expect } from '../../../engine/play/checks.ts'
import { clusterOf } from '../cluster-reader.ts'
import { meet } from './connections.ts'
import { namespace, podsOf } from './pods.ts'
import type { Visit } from './visit.ts'

/** Enough that one of three is left out by chance in less than one of ten million times. */
const connections = 40

/** A18: connections are spread over the servers, and each server's log tells of clients. */
export const balanced = (visit: Visit): Check => ({
  id: 'S1-A18',
  title: 'Every server gets clients',
  async look() {
    const reader = await clusterOf(visit.run)
    const pods = (await podsOf(reader, 'server')).map(({ metadata }) => metadata.name)
    const met = new Map(pods.map(name => [name, 0]))
    const { nodes } = visit
    for (let count = 0; count < connections; count++) {
      const session = await meet(visit, nodes[count % nodes.length] ?? '')
      const { name } = session.welcome
      await session.close()
      met.set(name, (met.get(name) ?? 0) + 1)
    }
    const saw = [...met].map(([name, count]) => `${name} ${count}`).join(', ')
    expect(
      [...met.values()].every(count => count > 0) && met.size === pods.length,
      `of ${connections} connections: ${saw}`,
    )
    for (const name of pods) {
      const log = await reader.logs(namespace, name, 'server', 10)
      expect(log.includes('client connected from'), `the last 10 lines of ${name} tell of no client: ${log}`)
    }
    return `of ${connections} connections: ${saw}`
  },
})
