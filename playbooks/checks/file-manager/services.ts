import { type Check, expect } from '../../../engine/play/checks.ts'
import { brokerPort, serverPort } from '../../../images/file-manager/protocol/limits.ts'
import { connect } from '../../../images/file-manager/protocol/session.ts'
import type { AnyObject } from '../../../kube/api/objects.ts'
import { clusterOf, nodeAddresses } from '../cluster-reader.ts'
import { type App, namespace } from './pods.ts'
import type { Visit } from './visit.ts'

interface Service extends AnyObject {
  readonly spec: { readonly type: string; readonly ports: readonly { readonly nodePort?: number }[] }
}

const ports: readonly (readonly [App, number])[] = [
  ['broker', brokerPort],
  ['server', serverPort],
]

/** A5: both Services have the ports that clients know, and by each of them every node answers as it should. */
export const services = (visit: Visit): Check => ({
  id: 'S1-A5',
  title: 'Broker and servers answer on every node',
  async look() {
    const { run } = visit
    const reader = await clusterOf(run)
    for (const [app, port] of ports) {
      const ref = { apiVersion: 'v1', kind: 'Service', name: `${app}-service`, namespace }
      const found = (await reader.get(ref)) as Service | undefined
      expect(found !== undefined, `there is no Service ${ref.name}`)
      const [first] = found.spec.ports
      expect(
        found.spec.type === 'NodePort' && first?.nodePort === port,
        `${ref.name} is ${found.spec.type} ${first?.nodePort ?? ''}`,
      )
    }
    const { authority } = visit.access
    const answers = await Promise.all(
      [...nodeAddresses(run)].flatMap(([node, host]) =>
        ports.map(async ([app, port]) => {
          try {
            // By TLS with the lab's own authority; who greets as `health` is answered without a token.
            const session = await connect({ host, port, authority, hello: { role: 'health' } })
            await session.close()
            return session.welcome.role === app ? undefined : `${node} port ${port}: a ${session.welcome.role} answers`
          } catch (error) {
            return `${node} port ${port}: ${(error as Error).message}`
          }
        }),
      ),
    )
    const trouble = answers.filter(answer => answer !== undefined)
    expect(trouble.length === 0, trouble.join('; '))
    const nodes = [...nodeAddresses(run).keys()].join(', ')
    return `broker-service NodePort ${brokerPort} and server-service NodePort ${serverPort} answer on ${nodes}`
  },
})
