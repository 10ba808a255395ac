import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Readiness } from './readiness.ts'

export interface HealthPort {
  readonly port: number
  close(): void
}

/**
 * Answers any request by whether the storage does: 200, or 503 with why not. For whoever probes often: it starts no
 * process, as `--health` does, and no TLS. Tells nothing that a stranger may not know. `patience`, in milliseconds, is for
 * who asks and goes on to say nothing.
 */
export async function openHealthPort(
  listen: { host?: string; port: number },
  readiness: Readiness,
  patience = 5_000,
): Promise<HealthPort> {
  const server = createServer({ connectionsCheckingInterval: patience / 5 }, (_, response) => {
    const { why } = readiness
    const text = why === undefined ? 'ready' : `the storage ${why}`
    response.writeHead(why === undefined ? 200 : 503, { connection: 'close', 'content-type': 'text/plain' })
    response.end(`${text}\n`)
  })
  server.maxConnections = 64
  server.headersTimeout = patience
  server.requestTimeout = patience
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(listen, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
