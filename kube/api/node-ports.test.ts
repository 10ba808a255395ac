import { afterEach, beforeEach, expect, test } from 'vitest'
import { ApiClient } from './client.ts'
import { refusal, ScriptedServer } from './testing/scripted-server.ts'
import { Wire } from './wire.ts'
import { ClusterWriter } from './writer.ts'

let server: ScriptedServer
let client: ApiClient
beforeEach(async () => {
  server = await ScriptedServer.start()
  client = new ApiClient(new Wire(server.endpoint()))
})
afterEach(async () => {
  client.close()
  await server.close()
  expect([server.unexpected, server.script]).toEqual([[], []])
})

const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  spec: { ports: [{ port: 80, nodePort: 30080 }] },
})
const asked = 'PATCH /api/v1/namespaces/default/services/front?fieldManager=andamio&force=true&fieldValidation=Strict'
const message = 'spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated'
const taken = { asked, status: 422, body: refusal(422, 'Invalid', message) }
const listed = (...items: readonly unknown[]) => ({ asked: 'GET /api/v1/services', body: { items } })

function apply(waits: string[] = []) {
  const writer = new ClusterWriter(client, what => waits.push(what), new AbortController().signal)
  return writer.apply(service('front'))
}

test("a Service's port that an attempt of our own holds is waited for", async () => {
  const waits: string[] = []
  server.script.push(taken, listed(service('front')), taken, { asked, body: service('front') })
  expect(await apply(waits)).toEqual(service('front'))
  expect(waits).toEqual(['the port of Service front'])
})

test('one that another Service has is refused at once', async () => {
  server.script.push(taken, listed(service('front'), service('other')))
  await expect(apply()).rejects.toMatchObject({ failure: { cause: expect.stringContaining('30080') } })
})
