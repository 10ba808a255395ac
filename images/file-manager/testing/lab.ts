import { afterEach, expect } from 'vitest'
import type { Listening } from '../protocol/serve.ts'
import { TestClient } from './client.ts'
import { Gate } from './gate.ts'
import { serving } from './serving.ts'

export interface Lab {
  /** The servers' folder. */
  readonly data: string
  readonly broker: Listening
  readonly server: Listening
  /** What the broker sends clients to. */
  readonly gate: Gate
  /** Another server of the same folder. */
  another(): Promise<Listening>
  client(): TestClient
}

/** Brokers, servers and clients that find each other, over real sockets with TLS; for one file of tests. */
export function labs() {
  const parts = serving()
  const open: { close(): Promise<void> }[] = []
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close()
  })
  const kept = <T extends { close(): Promise<void> }>(one: T): T => {
    open.push(one)
    return one
  }
  const lab = async (): Promise<Lab> => {
    const data = parts.folder()
    const gate = kept(await Gate.open(1))
    const broker = await parts.broker({ advertise: { host: '127.0.0.1', port: gate.port } })
    const server = await parts.server(data, { broker: { host: '127.0.0.1', port: broker.port } })
    gate.target = server.port
    await expect.poll(() => parts.lines.some(line => /server registered/.test(line))).toBe(true)
    const client = (): TestClient => kept(new TestClient(broker.port, parts.made))
    return { data, broker, server, gate, another: () => parts.server(data), client }
  }
  return { ...parts, lab }
}
