import type { ServerHttp2Stream } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ApiClient } from './client.ts'
import { ClusterReader } from './reader.ts'
import { ScriptedServer } from './testing/scripted-server.ts'
import { Wire } from './wire.ts'

let server: ScriptedServer
let wire: Wire
/** What the wire goes through, as it would through a tunnel. */
let way: Socket | undefined
beforeEach(async () => {
  server = await ScriptedServer.start()
  way = undefined
  wire = new Wire(server.endpoint(), async () => {
    way = connect(server.endpoint().port, '127.0.0.1')
    return way
  })
})
afterEach(async () => {
  wire.close()
  await server.close()
})

const get = (path: string, timeoutSeconds = 20) => ({ method: 'GET', path, timeoutSeconds }) as const
const beginnings = [
  ['its head', ''],
  ['its head and half its body', '{"items":'],
] as const

/** An exchange that answers with a beginning alone; `begun` when the other side has read that. */
function begins(text: string) {
  let tell: (stream: ServerHttp2Stream) => void
  const begun = new Promise<ServerHttp2Stream>(resolve => {
    tell = resolve
  })
  const instead = (stream: ServerHttp2Stream): void => {
    stream.respond({ ':status': 200, 'content-type': 'application/json' })
    // Answers to pings come after what was sent before them has been read.
    const sent = () => stream.session?.ping(() => tell(stream))
    if (text === '') sent()
    else stream.write(text, sent)
  }
  return { instead, begun }
}

describe.each(beginnings)('an answer of which only %s has come', (_, text) => {
  const cuts: readonly (readonly [string, (stream: ServerHttp2Stream) => unknown])[] = [
    ['another request on the connection is given up', () => wire.send(get('/silent', 0.1)).catch(() => undefined)],
    ['the connection is closed by us', () => wire.close()],
    ['the server drops the connection', stream => stream.session?.destroy()],
    ['the server ends this answer alone', stream => stream.destroy(new Error('it was stopped'))],
    ['the way ends', () => way?.end()],
    ['the way breaks', () => way?.destroy()],
  ]

  test.each(cuts)('is none when %s', async (_, cut) => {
    const { instead, begun } = begins(text)
    server.script.push({ asked: 'GET /half', instead }, { asked: 'GET /silent', instead: () => undefined })
    const half = wire.send(get('/half')).then(
      ({ body }) => `taken for whole: ${body}`,
      (error: Error) => error.message,
    )
    await cut(await begun)
    expect(await half).not.toMatch(/taken for whole|no answer/)
  })
})

describe('a list that the server ends by itself', () => {
  const asked = 'GET /api/v1/nodes'
  const nodes = { apiVersion: 'v1', kind: 'Node' }
  const ends = (text: string) => (stream: ServerHttp2Stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/json' })
    stream.end(text)
  }

  test.each(beginnings)('is asked for again when only %s has come', async (_, text) => {
    server.script.push({ asked, instead: ends(text) }, { asked, body: { items: [{ metadata: { name: 'cp' } }] } })
    expect(await new ClusterReader(new ApiClient(wire)).list(nodes)).toEqual([{ ...nodes, metadata: { name: 'cp' } }])
    expect(server.script).toEqual([])
  })

  test('is no list, but an API that does not answer, when that goes on', async () => {
    for (let i = 0; i < 5; i++) server.script.push({ asked, instead: ends('') })
    await expect(new ClusterReader(new ApiClient(wire)).list(nodes)).rejects.toMatchObject({
      exit: 69,
      failure: { code: 'cluster-unreachable', cause: 'its answer is empty' },
    })
  })
})
