import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { dial } from '../protocol/dial.ts'
import { type ControlKind, controlFrame, FrameReader } from '../protocol/frames.ts'
import { Records } from '../protocol/records.ts'
import type { Session } from '../protocol/session.ts'
import { everythingIn, serving } from '../testing/serving.ts'
import { begin, packOf, put, sha256, uploadRequest } from '../testing/transfer.ts'

const { folder, server, session, lines, made } = serving()

const sizes = [0, 1, 1000, 65_535, 65_536]
const mixed = (count: number): [string, Buffer][] =>
  Array.from({ length: count }, (_, i) => [`file ${i}`, randomBytes(sizes[i % sizes.length] ?? 0)])

async function fetched(opened: Session, names: readonly string[]): Promise<(string | Buffer)[]> {
  const { read } = await opened.fetch({ type: 'fetch', names: [...names] })
  const records = new Records(read)
  const all: (string | Buffer)[] = []
  for (const _ of names) {
    const { head, content } = await records.next(Buffer.alloc)
    if ('size' in head) expect(sha256(content)).toBe(head.sha256)
    all.push('size' in head ? content : head.code)
  }
  await records.end()
  return all
}

describe('a pack', () => {
  test('of files of every size is kept as it is, and comes back so', async () => {
    const data = folder()
    const opened = await session(await server(data))
    const files = mixed(256)
    expect(await opened.pack(...packOf(files))).toEqual({ failed: [] })
    expect(everythingIn(data)).toEqual(files.map(([name]) => name).sort())
    for (const [name, content] of files) expect(readFileSync(join(data, name)).equals(content)).toBe(true)
    const names = files.map(([name]) => name)
    const back = await fetched(opened, names)
    expect(back.map(sha256)).toEqual(files.map(([, content]) => sha256(content)))
  })

  test('replaces files by whole ones', async () => {
    const data = folder()
    const opened = await session(await server(data))
    await put(opened, 'a', Buffer.from('old'))
    await opened.pack(...packOf([['a', Buffer.from('new')]]))
    expect(readFileSync(join(data, 'a'), 'utf8')).toBe('new')
  })

  test('tells what became of each, and one that fails harms no other', async () => {
    const data = folder()
    mkdirSync(join(data, 'folder'))
    const opened = await session(await server(data, { mostOfFile: 10, mostOfAll: 30 }))
    const [request, content] = packOf([
      ['../outside', Buffer.from('x')],
      ['good', Buffer.from('good')],
      ['folder', Buffer.from('x')],
      ['damaged', Buffer.from('x')],
      ['big', Buffer.alloc(11)],
      ['fits', Buffer.alloc(10)],
      ['also', Buffer.alloc(10)],
      ['no room', Buffer.alloc(10)],
      ['last', Buffer.from('!')],
    ])
    const files = request.files.map(file => (file.name === 'damaged' ? { ...file, sha256: sha256('y') } : file))
    const { failed } = await opened.pack({ ...request, files }, content)
    expect(failed.map(({ file, code }) => [files[file]?.name, code])).toEqual([
      ['../outside', 'name'],
      ['folder', 'name'],
      ['damaged', 'checksum'],
      ['big', 'too-big'],
      ['no room', 'quota'],
    ])
    expect(everythingIn(data)).toEqual(['also', 'fits', 'folder', 'good', 'last'])
    expect(existsSync(join(data, '..', 'outside'))).toBe(false)
    // What failed gave back the room that it was promised.
    expect(await opened.pack(...packOf([['rest', Buffer.alloc(5)]]))).toEqual({ failed: [] })
    expect(lines.some(line => / pack: 4 files, 25 bytes stored, 5 failed, the first with name:/.test(line))).toBe(true)
  })

  test('that is cancelled, or whose client goes, leaves nothing', async () => {
    const data = folder()
    const listening = await server(data)
    const [opened, abort] = [await session(listening), new AbortController()]
    const [request, content] = packOf(mixed(60))
    const cut = opened.pack(request, content.subarray(0, content.length - 1), { signal: abort.signal })
    await expect.poll(() => everythingIn(data).length).toBeGreaterThan(3)
    abort.abort()
    await expect(cut).rejects.toMatchObject({ errorCode: 'cancelled' })
    await expect.poll(() => everythingIn(data)).toEqual([])
    const other = await session(listening)
    const gone = other.pack({ ...request, attempt: 'b'.repeat(32) }, content.subarray(0, 200_000))
    await expect.poll(() => everythingIn(data).length).toBeGreaterThan(3)
    await Promise.all([other.close(), expect(gone).rejects.toMatchObject({ errorCode: 'cancelled' })])
    await expect.poll(() => everythingIn(data)).toEqual([])
  })

  test('names a file once, and is not longer than it says', async () => {
    const data = folder()
    const opened = await session(await server(data))
    const twice = packOf([
      ['a', Buffer.from('1')],
      ['a', Buffer.from('2')],
    ])
    await expect(opened.pack(...twice)).rejects.toMatchObject({ errorCode: 'bad-message' })
    const [request] = packOf([['a', Buffer.from('1')]])
    await expect(opened.pack(request, Buffer.from('12'))).rejects.toMatchObject({ errorCode: 'checksum' })
    expect(everythingIn(data)).toEqual([])
  })

  test('ends the attempts that it replaces, wherever they are', async () => {
    const data = folder()
    const [one, other] = [await session(await server(data)), await session(await server(data))]
    const old = uploadRequest('a', Buffer.from('old'))
    const stalled = await begin(one, old, Buffer.from('old'), 3)
    await expect.poll(() => everythingIn(data).length).toBe(1)
    const [request, content] = packOf([['a', Buffer.from('new')]])
    const replaces = [{ upload: old.upload, attempt: old.attempt }]
    await other.pack({ ...request, files: request.files.map(file => ({ ...file, replaces })) }, content)
    await expect(stalled.finish(sha256('old'))).rejects.toMatchObject({ errorCode: 'superseded' })
    expect(everythingIn(data).map(name => readFileSync(join(data, name), 'utf8'))).toEqual(['new'])
  })

  test('races others for its names: one whole version of each stays', async () => {
    const data = folder()
    const opened = await Promise.all([1, 2, 3].map(async () => session(await server(data))))
    const names = Array.from({ length: 100 }, (_, i) => `name ${i}`)
    const versions = opened.map(() => randomBytes(2000))
    const all = opened.map((each, i) => each.pack(...packOf(names.map(name => [name, versions[i] ?? Buffer.alloc(0)]))))
    expect(await Promise.all(all)).toEqual(opened.map(() => ({ failed: [] })))
    expect(everythingIn(data)).toEqual([...names].sort())
    for (const name of names) {
      const content = readFileSync(join(data, name))
      expect(versions.some(version => version.equals(content))).toBe(true)
    }
  })

  test('waits for its turn, however many are asked for at once', async () => {
    const data = folder()
    const opened = await session(await server(data, { requests: 128 }))
    const files = mixed(100)
    const all = await Promise.all(files.map(file => opened.pack(...packOf([file]))))
    expect(all).toEqual(files.map(() => ({ failed: [] })))
    expect(everythingIn(data)).toEqual(files.map(([name]) => name).sort())
  })

  test('is refused beyond as many as a connection may have open', async () => {
    const { port } = await server(folder(), { requests: 128 })
    const socket = await dial({ host: '127.0.0.1', port }, made.authority)
    const told: [ControlKind, number, string][] = []
    const reader = new FrameReader({
      control: (kind, id, payload) => void told.push([kind, id, payload.toString()]),
      data: () => undefined,
    })
    socket.on('data', chunk => reader.push(chunk))
    socket.write(controlFrame('hello', 0, { versions: [2], role: 'client', token: made.clientToken }))
    const [request] = packOf([['a', Buffer.alloc(10)]])
    for (let id = 1; id <= 65; id++) socket.write(controlFrame('request', id, request))
    await expect
      .poll(() => told.map(([kind, id]) => [kind, id]))
      .toEqual([
        ['welcome', 0],
        ['error', 65],
      ])
    expect(told[0]?.[2]).toMatch(/"packs":64/)
    expect(told[1]?.[2]).toMatch(/"busy"/)
    socket.destroy()
  })

  test('is unknown in a connection of version 1', async () => {
    const opened = await session(await server(folder()), { versions: [1] })
    expect(opened.welcome.version).toBe(1)
    await expect(opened.pack(...packOf([['a', Buffer.from('1')]]))).rejects.toMatchObject({ errorCode: 'bad-message' })
  })
})

test('a fetch tells what it cannot send in its place', async () => {
  const data = folder()
  writeFileSync(join(data, 'good'), 'good')
  writeFileSync(join(data, 'large'), Buffer.alloc(65_537))
  mkdirSync(join(data, 'folder'))
  const opened = await session(await server(data))
  const names = ['missing', 'good', '../good', 'large', 'folder', 'good']
  expect(await fetched(opened, names)).toEqual([
    'not-found',
    Buffer.from('good'),
    'name',
    'too-big',
    'not-found',
    Buffer.from('good'),
  ])
})
