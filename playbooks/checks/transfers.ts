import { createHash } from 'node:crypto'
import { type Check, expect } from '../../engine/play/checks.ts'
import type { Run } from '../../engine/play/run.ts'
import type { Pod } from '../../kube/api/objects.ts'
import { clusterOf, nodeAddresses } from './cluster-reader.ts'
import { doneWith } from './collect.ts'
import { ask, reason, wordsOf } from './http.ts'
import { probe } from './probe.ts'
import { TestBytes } from './test-bytes.ts'

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
      const bytes = new TestBytes(megabytes * 1_000_000)
      const sha256 = bytes.digest()
      const [writer = '', ...readers] = nodes
      const at = (node: string, port: number) => `http://${addresses.get(node)}:${port}/files/verify-${megabytes}`
      const began = performance.now()
      await put(at(writer, probe.localNodePort), bytes, sha256, run.signal)
      const wroteIn = (performance.now() - began) / 1000
      // Through a node's own pod, so that each pod is seen to read; then through every node, forwarded to any pod.
      const reads = [
        ...(bothWays ? readers : []).map(node => at(node, probe.localNodePort)),
        ...[...addresses.keys()].map(node => at(node, probe.nodePort)),
      ]
      for (const url of reads) await sameBytes(url, sha256, run.signal)
      for (const node of bothWays ? addresses.keys() : []) {
        await put(at(node, probe.nodePort), bytes, sha256, run.signal)
        await sameBytes(at(writer, probe.localNodePort), sha256, run.signal)
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

async function put(url: string, bytes: TestBytes, sha256: string, signal: AbortSignal): Promise<void> {
  const headers = {
    'Content-Digest': `sha-256=:${sha256}:`,
    'Content-Type': 'application/octet-stream',
    'Content-Length': bytes.length,
  }
  const answer = await ask('PUT', url, { body: bytes.pieces(), headers, limitMs, signal })
  const words = await wordsOf(answer)
  expect(answer.statusCode === 201, `PUT ${url}: ${answer.statusCode} ${words}`)
}

/** Reads piece by piece. The check fails where what comes has another SHA-256, in base64. */
export async function sameBytes(url: string, sha256: string, signal: AbortSignal): Promise<void> {
  const answer = await ask('GET', url, { limitMs, signal })
  if (answer.statusCode !== 200) expect(false, `GET ${url}: ${answer.statusCode} ${await wordsOf(answer)}`)
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const chunk of answer) {
      hash.update(chunk)
      bytes += chunk.length
      doneWith(chunk.length)
    }
  } catch (error) {
    expect(false, `GET ${url}: cut after ${bytes} bytes: ${reason(error)}`)
  }
  const got = hash.digest('base64')
  expect(got === sha256, `GET ${url}: SHA-256 ${got}, sent ${sha256}`)
}
