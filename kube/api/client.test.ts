import type { ServerHttp2Stream } from 'node:http2'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AndamioError } from '../../engine/errors.ts'
import { makeAuthority } from '../../engine/pki/x509.ts'
import { LeaseRefused } from '../../engine/resource/permission.ts'
import { ApiClient } from './client.ts'
import { ClusterReader } from './reader.ts'
import { refusal, ScriptedServer } from './testing/scripted-server.ts'
import { Wire } from './wire.ts'
import { ClusterWriter } from './writer.ts'

let server: ScriptedServer
let wire: Wire
let client: ApiClient
beforeEach(async () => {
  server = await ScriptedServer.start()
  wire = new Wire(server.endpoint())
  client = new ApiClient(wire)
})
afterEach(async () => {
  client.close()
  await server.close()
  expect([server.unexpected, server.script]).toEqual([[], []])
})

const node = { apiVersion: 'v1', kind: 'Node', name: 'cp' }
const getNode = 'GET /api/v1/nodes/cp'
const nodeAnswer = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'cp' } }

describe('answers', () => {
  test('404 is nothing there; 403 is an error that names reason and request', async () => {
    server.script.push({ asked: getNode, status: 404, body: refusal(404, 'NotFound') })
    server.script.push({ asked: getNode, status: 403, body: refusal(403, 'Forbidden') })
    const reader = new ClusterReader(client)
    expect(await reader.get(node)).toBeUndefined()
    await expect(reader.get(node)).rejects.toMatchObject({
      failure: { code: 'api-refused', message: expect.stringContaining(getNode), cause: '403 Forbidden: no' },
    })
  })

  test.each([429, 500, 503])('%d is waited out', async status => {
    server.script.push(
      { asked: getNode, status, body: refusal(status, 'ServiceUnavailable') },
      { asked: getNode, body: nodeAnswer },
    )
    expect(await new ClusterReader(client).get(node)).toEqual(nodeAnswer)
  })

  test("a 500 for a field that the schema does not know is final, for it is the manifest's fault", async () => {
    const message = 'failed to create typed patch object: .spec.colour: field not declared in schema'
    const asked = 'PATCH /api/v1/nodes/cp?fieldManager=andamio&force=true&fieldValidation=Strict'
    server.script.push({ asked, status: 500, body: refusal(500, '', message) })
    const writer = new ClusterWriter(client, () => undefined, new AbortController().signal)
    await expect(writer.apply(nodeAnswer)).rejects.toMatchObject({ status: 422 })
  })

  test('a kind that is not built in is looked up once', async () => {
    const resources = [
      { name: 'lamps', kind: 'Lamp', namespaced: true },
      { name: 'lamps/status', kind: 'Lamp', namespaced: true },
    ]
    server.script.push({ asked: 'GET /apis/andamio.dev/v1', body: { resources } })
    for (const name of ['hall', 'yard']) {
      const path = `/apis/andamio.dev/v1/namespaces/default/lamps/${name}`
      server.script.push({ asked: `GET ${path}`, body: { metadata: { name } } })
      const found = await new ClusterReader(client).get({ apiVersion: 'andamio.dev/v1', kind: 'Lamp', name })
      expect(found?.metadata.name).toBe(name)
    }
  })
})

describe('the connection', () => {
  test('reads that start together are one round trip', async () => {
    for (const name of ['a', 'b', 'c']) server.script.push({ asked: `GET /api/v1/nodes/${name}`, body: nodeAnswer })
    const reader = new ClusterReader(client)
    await Promise.all(['a', 'b', 'c'].map(name => reader.get({ ...node, name })))
    expect(client.roundTrips).toBe(1)
  })

  test('a connection that breaks is opened again', async () => {
    server.script.push(
      { asked: getNode, instead: stream => stream.session?.destroy() },
      { asked: getNode, body: nodeAnswer },
    )
    expect(await new ClusterReader(client).get(node)).toEqual(nodeAnswer)
  })

  test('an answer that never comes ends at its limit', async () => {
    server.script.push({ asked: getNode, instead: () => undefined })
    await expect(wire.send({ method: 'GET', path: '/api/v1/nodes/cp', timeoutSeconds: 0.2 })).rejects.toThrow(
      'no answer within 0.2 s',
    )
  })

  test('half an answer is none', async () => {
    const cut = (stream: ServerHttp2Stream): void => {
      stream.respond({ ':status': 200 })
      stream.write('{"metadata":', () => stream.session?.destroy())
    }
    server.script.push({ asked: getNode, instead: cut }, { asked: getNode, body: nodeAnswer })
    expect(await new ClusterReader(client).get(node)).toEqual(nodeAnswer)
  })

  test('a server of another authority is never asked, and nothing is taken for absent', async () => {
    const strange = new ApiClient(new Wire(server.endpoint((await makeAuthority('other', 1)).certificate)))
    const asking = new ClusterReader(strange).get(node)
    await expect(asking).rejects.toMatchObject({ failure: { code: 'cluster-unreachable' }, exit: 69 })
    strange.close()
  })

  test('changed credentials are read anew, once for all requests under way', async () => {
    const old = new Wire(server.endpoint((await makeAuthority('other', 1)).certificate))
    let reads = 0
    const renewing = new ApiClient(old, async () => {
      reads++
      return wire
    })
    server.script.push({ asked: getNode, body: nodeAnswer }, { asked: getNode, body: nodeAnswer })
    const reader = new ClusterReader(renewing)
    expect(await Promise.all([reader.get(node), reader.get(node)])).toEqual([nodeAnswer, nodeAnswer])
    expect(reads).toBe(1)
  })
})

describe('permission', () => {
  test('is asked for before every write, again for a write that is tried again, and for no read', async () => {
    let asked = 0
    const careful = new ApiClient(wire, undefined, async () => void asked++)
    const writer = new ClusterWriter(careful, () => undefined, new AbortController().signal)
    const patch = 'PATCH /api/v1/nodes/cp?fieldManager=andamio'
    server.script.push({ asked: patch, status: 503, body: refusal(503, 'ServiceUnavailable') }, { asked: patch })
    server.script.push({ asked: getNode, body: nodeAnswer })
    await writer.patch(node, {})
    await writer.get(node)
    expect(asked).toBe(2)
  })

  test('is asked for by nothing that a probe can do, a dry run included, not even when it is tried again', async () => {
    const refusing = new ApiClient(wire, undefined, () => Promise.reject(new Error('a probe asked for permission')))
    const dryRun = 'PATCH /api/v1/nodes/cp?fieldManager=andamio&force=true&fieldValidation=Strict&dryRun=All'
    server.script.push({ asked: dryRun, status: 503, body: refusal(503, 'ServiceUnavailable') })
    server.script.push({ asked: dryRun, body: nodeAnswer })
    expect(await new ClusterReader(refusing).dryRun(nodeAnswer)).toEqual(nodeAnswer)
  })

  test.each([
    new LeaseRefused({ code: 'lease-lost', message: 'lost' }),
    new AndamioError({ code: 'lease-failed', message: 'no space left on the device' }),
  ])('that is not given ends the write at once, by its own error, and nothing is sent: $failure.code', async why => {
    const mayWrite = vi.fn().mockRejectedValue(why)
    const careful = new ApiClient(wire, undefined, mayWrite)
    const writer = new ClusterWriter(careful, () => undefined, new AbortController().signal)
    await expect(writer.patch(node, {})).rejects.toBe(why)
    await expect(writer.delete(node)).rejects.toBe(why)
    await expect(writer.evict('app', 'web')).rejects.toBe(why)
    expect(mayWrite).toHaveBeenCalledTimes(3)
  })
})

describe('evicting', () => {
  const asked = 'POST /api/v1/namespaces/app/pods/web/eviction'
  test.each([
    [201, true],
    [404, true],
    [429, false],
  ])('%d: may go is %s', async (status, goes) => {
    server.script.push({ asked, status, body: refusal(status, 'TooManyRequests') })
    const writer = new ClusterWriter(client, () => undefined, new AbortController().signal)
    expect(await writer.evict('app', 'web')).toBe(goes)
  })
})

describe('waiting', () => {
  test('tells what is missing when it moves on, and what was last when time is up', async () => {
    const told: unknown[] = []
    const writer = new ClusterWriter(client, (_, __, detail) => told.push(detail), new AbortController().signal)
    const answers = ['one', 'one', 'two']
    await expect(writer.until('three', 1.2, async () => answers.shift() ?? 'two')).rejects.toMatchObject({
      failure: { code: 'wait-timeout', cause: 'two' },
    })
    expect(told).toEqual(['one', 'two'])
  })

  test.each([429, 500, 503])('an API that answers %d to every try is one that is not there yet', async status => {
    const told: unknown[] = []
    const writer = new ClusterWriter(client, (_, __, detail) => told.push(detail), new AbortController().signal)
    const busy = { asked: getNode, status, body: refusal(status, 'Busy') }
    server.script.push(busy, { asked: getNode, body: nodeAnswer })
    const ask = async () => (await client.call({ method: 'GET', path: '/api/v1/nodes/cp', plain: true })) !== undefined
    await writer.until('the node', 60, async () => (await ask()) || 'no node')
    expect(told).toEqual([`${status} Busy: no`])
  })

  test.each([
    [403, 'no'],
    [500, 'failed to create typed patch object'],
  ])('an API that refuses by %d (%s) ends the wait at once', async (status, message) => {
    const writer = new ClusterWriter(client, () => undefined, new AbortController().signal)
    server.script.push({ asked: getNode, status, body: { ...refusal(status, 'Final'), message } })
    await expect(writer.until('the node', 60, async () => !!(await writer.get(node)) || 'none')).rejects.toMatchObject({
      failure: { code: 'api-refused' },
    })
  })

  test.each(['to ask again', 'for an answer'])('an interrupted run does not wait %s', async what => {
    const interrupt = new AbortController()
    const writer = new ClusterWriter(client, () => interrupt.abort(), interrupt.signal)
    const ask = async () => (what === 'to ask again' ? 'never' : new Promise<string>(() => interrupt.abort()))
    await expect(writer.until('nothing', 60, ask)).rejects.toThrow(/abort/i)
  })
})
