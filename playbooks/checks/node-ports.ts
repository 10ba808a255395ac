import { type Check, expect } from '../../engine/play/checks.ts'
import type { Run } from '../../engine/play/run.ts'
import type { AnyObject } from '../../kube/api/objects.ts'
import { clusterOf, nodeAddresses } from './cluster-reader.ts'
import { until } from './file-manager/until.ts'
import { ask, wordsOf } from './http.ts'
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
    const addresses = nodeAddresses(run)
    const urls = [...addresses.values()].map(address => `http://${address}:${port}/healthz`)
    await untilAllAnswer(run, urls, settleSeconds)
    return `${probe.nodePort} answers on ${[...addresses.keys()].join(', ')}`
  },
}

/** On a busy node the rules of a Service that has only just been made come into force a while later. */
const settleSeconds = 60

/** The check fails, by what came last, where one of them has not answered well by then. */
export async function untilAllAnswer(run: Run, urls: readonly string[], limitSeconds: number): Promise<void> {
  await until(run, 'the NodePort on every node', limitSeconds, async () => {
    const silent = await Promise.all(urls.map(url => trouble(url, run.signal)))
    return silent.filter(words => words !== undefined).join(', ') || undefined
  })
}

/** What is wrong with an answer, or that there is none. */
async function trouble(url: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const answer = await ask('GET', url, { limitMs: 20_000, signal })
    const words = await wordsOf(answer)
    return answer.statusCode === 200 ? undefined : `GET ${url}: ${answer.statusCode} ${words}`
  } catch (error) {
    return (error as Error).message
  }
}
