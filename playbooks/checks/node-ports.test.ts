import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import type { Run } from '../../engine/play/run.ts'
import { untilAllAnswer } from './node-ports.ts'

let server: Server
afterEach(() => new Promise(resolve => server.close(resolve)))

/** Answers by these, one after the other, the last of them for ever; gives its address. */
async function answering(...statuses: readonly number[]): Promise<string> {
  const left = [...statuses]
  server = createServer((_, answer) =>
    answer.writeHead(left.length > 1 ? (left.shift() ?? 0) : (left[0] ?? 0)).end('told'),
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/healthz`
}

function runTelling(told: unknown[]): Run {
  const waiting = (...words: unknown[]) => told.push(words)
  return { signal: new AbortController().signal, reach: () => ({ waiting }) } as unknown as Run
}

it('waits for a node whose rules come into force late, and says for which', async () => {
  const told: unknown[] = []
  const url = await answering(503, 200)
  await untilAllAnswer(runTelling(told), [url], 20)
  expect(told).toEqual([['cluster', 'the NodePort on every node', 20, `GET ${url}: 503 told`]])
})

it('fails by every node that has not answered in time', async () => {
  const url = await answering(503)
  const asking = untilAllAnswer(runTelling([]), [url, 'http://127.0.0.1:1/healthz'], 0)
  await expect(asking).rejects.toThrow(`GET ${url}: 503 told, GET http://127.0.0.1:1/healthz: connect ECONNREFUSED`)
})
