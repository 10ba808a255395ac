import { createHash, randomBytes } from 'node:crypto'
import { type Check, expect } from '../../engine/play/checks.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Pod } from '../../kube/api/objects.ts'
import { clusterOf, nodeAddresses } from './cluster-reader.ts'
import { probe } from './probe.ts'

const limitMs = 180_000

/**
 * A9: what one pod writes the others read, byte for byte, also when it comes out through other nodes; `bothWays`, when it
 * goes in through them too.
 */
export function transfers(megabytes: number, { bothWays }: { bothWays: boolean }): Check {
  return {
    id: `S1-A9-${megabytes}MB`,
    title: `${megabytes} MB written on one node are equal on the others and through every NodePort`,
    async look(run: Run): Promise<string> {
      const addresses = nodeAddresses(run)
      const nodes = await nodesWithPods(run)
      expect(
        nodes.length >= 3 && new Set(nodes).size === nodes.length,
        `probe pods are on ${nodes.join(', ') || 'no node'}, not on three different ones`,
      )
      const body = randomBytes(megabytes * 1_000_000)
      const sha256 = createHash('sha256').update(body).digest('base64')
      const [writer = '', ...readers] = nodes
      const at = (node: string, port: number) => `http://${addresses.get(node)}:${port}/files/verify-${megabytes}`
      const began = performance.now()
      await put(at(writer, probe.localNodePort), body, sha256)
      const wroteIn = (performance.now() - began) / 1000
      // Through a node's own pod, so that each pod is seen to read; then through every node, forwarded to any pod.
      const reads = [
        ...(bothWays ? readers : []).map(node => at(node, probe.localNodePort)),
        ...[...addresses.keys()].map(node => at(node, probe.nodePort)),
      ]
      for (const url of reads) await sameBytes(url, sha256)
      for (const node of bothWays ? addresses.keys() : []) {
        await put(at(node, probe.nodePort), body, sha256)
        await sameBytes(at(writer, probe.localNodePort), sha256)
      }
      return `written on ${writer} in ${wroteIn.toFixed(1)} s, equal on ${readers.join(', ')} and through ${[...addresses.keys()].join(', ')}${bothWays ? ', both ways' : ''}`
    },
  }
}

async function nodesWithPods(run: Run): Promise<string[]> {
  const reader = await clusterOf(run)
  const pods = await reader.list<Pod>(
    { apiVersion: 'v1', kind: 'Pod' },
    { namespace: probe.namespace, labelSelector: 'app=probe' },
  )
  return pods
    .filter(({ status }) => status.phase === 'Running')
    .map(({ spec }) => spec.nodeName ?? '')
    .sort()
}

async function put(url: string, body: Buffer, sha256: string): Promise<void> {
  const headers = { 'Content-Digest': `sha-256=:${sha256}:`, 'Content-Type': 'application/octet-stream' }
  const answer = await ask('PUT', url, { body, headers })
  expect(answer.status === 201, `PUT ${url}: ${answer.status} ${await answer.text()}`)
}

export async function sameBytes(url: string, sha256: string): Promise<void> {
  const answer = await ask('GET', url)
  expect(answer.ok, `GET ${url}: ${answer.status}`)
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const chunk of answer.body ?? []) {
      hash.update(chunk)
      bytes += chunk.length
    }
  } catch (error) {
    expect(false, `GET ${url}: cut after ${bytes} bytes: ${reason(error)}`)
  }
  const got = hash.digest('base64')
  expect(got === sha256, `GET ${url}: SHA-256 ${got}, sent ${sha256}`)
}

/** fetch says `fetch failed` and keeps to itself why. */
async function ask(method: string, url: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(url, { ...init, method, signal: AbortSignal.timeout(limitMs) }).catch(
    (error: Error) => error,
  )
  expect(answer instanceof Response, `${method} ${url}: ${reason(answer)}`)
  return answer
}

const reason = (error: unknown): string =>
  error instanceof Error ? `${error.message} ${error.cause instanceof Error ? error.cause.message : ''}`.trim() : ''
