import { type Check, expect } from '../../engine/play/checks.ts'
import type { Run } from '../../engine/play/run.ts'
import type { AnyObject } from '../../kube/api/objects.ts'
import { clusterOf, nodeAddresses } from './cluster-reader.ts'
import { probe } from './probe.ts'

interface Service extends AnyObject {
  readonly spec: { readonly type: string; readonly ports: readonly { readonly nodePort?: number }[] }
}

/** A5's form: the Service has the port that was asked for, and it answers on every node. */
export const nodePorts: Check = {
  id: 'S1-A5-probe',
  title: "The probe's NodePort answers on every node",
  async look(run: Run): Promise<string> {
    const reader = await clusterOf(run)
    const service = (await reader.get({
      apiVersion: 'v1',
      kind: 'Service',
      name: probe.service,
      namespace: probe.namespace,
    })) as Service | undefined
    expect(service !== undefined, `there is no Service ${probe.namespace}/${probe.service}`)
    const port = service.spec.ports[0]?.nodePort
    expect(service.spec.type === 'NodePort' && port === probe.nodePort, `${service.spec.type} ${port}`)
    const answers = await Promise.all(
      [...nodeAddresses(run)].map(async ([node, address]) => {
        const url = `http://${address}:${port}/healthz`
        const answer = await fetch(url, { signal: AbortSignal.timeout(20_000) }).catch((error: Error) => error)
        return {
          node,
          url,
          ok: answer instanceof Response && answer.ok,
          saw: answer instanceof Response ? answer.status : `${answer.message} ${answer.cause ?? ''}`,
        }
      }),
    )
    const silent = answers.filter(({ ok }) => !ok)
    expect(silent.length === 0, silent.map(({ url, saw }) => `${url}: ${saw}`).join(', '))
    return `${probe.nodePort} answers on ${answers.map(({ node }) => node).join(', ')}`
  },
}
