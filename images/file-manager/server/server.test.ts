import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { partialPrefix } from '../protocol/names.ts'
import { everythingIn, serving } from '../testing/serving.ts'
import { begin, get, put, sha256, uploadRequest } from '../testing/transfer.ts'

const { folder, server, session, lines } = serving()

describe('a server', () => {
  test.each([0, 1, 65_535, 65_536, 65_537, 262_145, 5_000_001])('keeps %i bytes as they are', async size => {
    const data = folder()
    const opened = await session(await server(data))
    const content = randomBytes(size)
    expect(await put(opened, 'a', content)).toEqual({ size, sha256: sha256(content) })
    expect(everythingIn(data)).toEqual(['a'])
    expect(readFileSync(join(data, 'a')).equals(content)).toBe(true)
    expect((await get(opened, 'a')).equals(content)).toBe(true)
  })

  test('takes many small files at once, and lists them page by page, in order', async () => {
    const data = folder()
    const opened = await session(await server(data))
    const names = Array.from({ length: 300 }, (_, i) => `${'ñ'.repeat(100)}"${String(i).padStart(3, '0')}`)
    await Promise.all(names.map(name => put(opened, name, Buffer.from(name))))
    const listed: string[] = []
    let pages = 0
    for (let after: string | undefined; ; ) {
      const { files, next } = await opened.request({ type: 'list', limit: 140, ...(after !== undefined && { after }) })
      listed.push(...files.map(({ name }) => name))
      expect(files.every(({ name, size }) => size === Buffer.byteLength(name))).toBe(true)
      pages++
      if (next === undefined) break
      after = next
    }
    expect(listed).toEqual(names)
    expect(pages).toBe(3)
  })

  test('replaces a file by a whole one', async () => {
    const data = folder()
    const opened = await session(await server(data))
    await put(opened, 'a', Buffer.from('old'))
    await put(opened, 'a', Buffer.from('new content'))
    expect((await get(opened, 'a')).toString()).toBe('new content')
  })

  test('neither lists nor serves what is no plain file of a good name', async () => {
    const data = folder()
    writeFileSync(join(data, 'good'), 'x')
    writeFileSync(join(data, 'bad\nname'), 'x')
    writeFileSync(join(data, `${partialPrefix}1`), 'x')
    writeFileSync(Buffer.concat([Buffer.from(`${data}/`), Buffer.of(0xff, 0xfe)]), 'x')
    mkdirSync(join(data, 'folder'))
    symlinkSync('/etc/passwd', join(data, 'link'))
    execFileSync('mkfifo', [join(data, 'pipe')])
    const opened = await session(await server(data))
    expect((await opened.request({ type: 'list' })).files.map(({ name }) => name)).toEqual(['good'])
    for (const name of ['folder', 'link', 'pipe', 'missing', '\ufffd\ufffd'])
      await expect(get(opened, name)).rejects.toMatchObject({ errorCode: 'not-found' })
    for (const name of ['bad\nname', `${partialPrefix}1`, '../good', '', '.'])
      await expect(get(opened, name)).rejects.toMatchObject({ errorCode: 'name' })
    expect((await get(opened, 'good')).toString()).toBe('x')
  })

  test('writes through no link, and over no folder', async () => {
    const data = folder()
    const outside = join(folder(), 'outside')
    writeFileSync(outside, 'kept')
    symlinkSync(outside, join(data, 'link'))
    mkdirSync(join(data, 'folder'))
    const opened = await session(await server(data))
    await put(opened, 'link', Buffer.from('new'))
    expect([readFileSync(outside, 'utf8'), readFileSync(join(data, 'link'), 'utf8')]).toEqual(['kept', 'new'])
    await expect(put(opened, 'folder', Buffer.from('x'))).rejects.toMatchObject({ errorCode: 'name' })
    expect(everythingIn(data)).toEqual(['folder', 'link'])
  })

  test('keeps nothing of what is not what was announced', async () => {
    const data = folder()
    const opened = await session(await server(data))
    const content = randomBytes(100_000)
    const cases = [
      [content, { size: 100_001 }],
      [content, { size: 99_999 }],
      [content.subarray(0, 500), { size: 400 }],
    ] as const
    for (const [sent, more] of cases)
      await expect(put(opened, 'a', sent, more)).rejects.toMatchObject({ errorCode: 'checksum' })
    const upload = await begin(opened, uploadRequest('a', content), content, content.length)
    await expect(upload.finish(sha256('other'))).rejects.toMatchObject({ errorCode: 'checksum' })
    expect(everythingIn(data)).toEqual([])
  })

  test('holds files to their limits', async () => {
    const data = folder()
    const opened = await session(await server(data, { mostOfFile: 1000, mostOfAll: 1500 }))
    await expect(put(opened, 'a', Buffer.alloc(1001))).rejects.toMatchObject({ errorCode: 'too-big' })
    await put(opened, 'a', Buffer.alloc(1000))
    await expect(put(opened, 'b', Buffer.alloc(501))).rejects.toMatchObject({ errorCode: 'quota' })
    await put(opened, 'b', Buffer.alloc(500))
    expect(everythingIn(data)).toEqual(['a', 'b'])
  })

  test('counts two uploads at once against the quota, and what others have put there', async () => {
    const data = folder()
    writeFileSync(join(data, 'other'), Buffer.alloc(500))
    const opened = await session(await server(data, { mostOfAll: 1700 }))
    await put(opened, 'a', Buffer.alloc(200)) // 900 are left when the folder is counted, 1000 as far as is known before
    const both = await Promise.allSettled([put(opened, 'b', Buffer.alloc(900)), put(opened, 'c', Buffer.alloc(900))])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('removes uploads that nobody goes on with after a day, and nothing else', async () => {
    const data = folder()
    const partial = (digit: string): string => `${partialPrefix}${[1, 2, 3].map(() => digit.repeat(32)).join('-')}`
    const dayAgo = Date.now() / 1000 - 24 * 3600
    for (const [name, seconds] of [
      [partial('a'), dayAgo - 60],
      [partial('b'), dayAgo + 60],
      [`${partialPrefix}of-somebody-else`, 0],
      ['old', 0],
    ] as const) {
      writeFileSync(join(data, name), 'x')
      utimesSync(join(data, name), seconds, seconds)
    }
    await server(data)
    await expect.poll(() => everythingIn(data)).toEqual([partial('b'), `${partialPrefix}of-somebody-else`, 'old'])
    expect(lines.some(line => line.includes('removed 1 upload'))).toBe(true)
  })

  test('logs who came and what was asked, and no secrets', async () => {
    const opened = await session(await server(folder()))
    await put(opened, 'a "b"', Buffer.from('x'))
    await expect(get(opened, 'missing')).rejects.toThrow()
    await expect.poll(() => lines.length).toBe(5)
    expect(lines.map(line => line.replace(/127\.0\.0\.1 \d+|on \d+$/g, 'HERE'))).toEqual([
      'storage is ready',
      'server one started, listening HERE',
      'client connected from HERE',
      'HERE upload "a \\"b\\"": 1 bytes stored',
      expect.stringMatching(/^HERE download "missing" failed: not-found: there is no such file/),
    ])
  })
})
