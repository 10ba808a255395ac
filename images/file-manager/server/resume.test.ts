import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { everythingIn, serving } from '../testing/serving.ts'
import { begin, get, put, sha256, uploadRequest } from '../testing/transfer.ts'

const { folder, server, session } = serving()

const content = randomBytes(6_000_000)
const partialOf = (name: string) => ({ type: 'partial', name, size: content.length, upload: sha256(content) }) as const
const from = (offset: number) => ({ offset, prefix: sha256(content.subarray(0, offset)) })
/** All that lies in a folder, in bytes. */
const bytesIn = (data: string): number =>
  everythingIn(data).reduce((sum, name) => sum + statSync(join(data, name)).size, 0)

/** A folder in which an upload of 'a' was cut off after some of it. */
async function cutOff() {
  const data = folder()
  const [one, other] = [await server(data), await server(data)]
  const first = await session(one)
  await begin(first, uploadRequest('a', content), content, 4_000_000)
  await expect.poll(() => bytesIn(data)).toBeGreaterThan(3_000_000)
  await first.close()
  await expect.poll(() => [...one.guests].length).toBe(0)
  return { data, one, second: await session(other) }
}

describe('an upload that was cut off', () => {
  test('is invisible, and another server goes on with it', async () => {
    const { data, second } = await cutOff()
    expect((await second.request({ type: 'list' })).files).toEqual([])
    const { offset } = await second.request(partialOf('a'))
    expect(offset).toBeGreaterThan(3_000_000)
    expect(await put(second, 'a', content, from(offset))).toEqual({ size: content.length, sha256: sha256(content) })
    expect((await get(second, 'a')).equals(content)).toBe(true)
    expect(everythingIn(data)).toEqual(['a'])
  })

  test('is not gone on with as something else', async () => {
    const { data, second } = await cutOff()
    const { offset } = await second.request(partialOf('a'))
    expect(await second.request({ ...partialOf('b') })).toEqual({ offset: 0 })
    expect(await second.request({ ...partialOf('a'), upload: sha256('other') })).toEqual({ offset: 0 })
    const wrong = put(second, 'a', content, { offset, prefix: sha256('other') })
    await expect(wrong).rejects.toMatchObject({ errorCode: 'prefix' })
    await expect(put(second, 'a', content, from(offset + 1))).rejects.toMatchObject({ errorCode: 'prefix' })
    await put(second, 'a', content)
    expect(everythingIn(data)).toEqual(['a'])
  })

  test('of another client stays that client’s', async () => {
    const { one, data } = await cutOff()
    const stranger = await session(one, { client: 'f'.repeat(32) })
    expect(await stranger.request(partialOf('a'))).toEqual({ offset: 0 })
    await put(stranger, 'a', content)
    expect(everythingIn(data)).toHaveLength(2)
  })
})

describe('an attempt that its client has lost sight of', () => {
  const newer = randomBytes(5_000_000)
  const small = Buffer.from('small')

  test.each([
    ['is gone on with elsewhere', from(1_000_000), content],
    ['is begun anew elsewhere', {}, content],
    ['is overtaken by a newer version', {}, newer],
  ])('does not come into effect when it %s', async (_, more, next) => {
    const data = folder()
    const [one, other] = [await session(await server(data)), await session(await server(data))]
    const stalled = await begin(one, uploadRequest('a', content), content, content.length)
    await expect.poll(() => bytesIn(data)).toBe(content.length)
    await put(other, 'a', next, more)
    await expect(stalled.finish(sha256(content))).rejects.toMatchObject({ errorCode: 'superseded' })
    expect((await get(one, 'a')).equals(next)).toBe(true)
    expect(everythingIn(data)).toEqual(['a'])
  })

  test('does not come into effect when it is small and said to be replaced', async () => {
    const data = folder()
    const [one, other] = [await session(await server(data)), await session(await server(data))]
    const request = uploadRequest('a', small)
    const stalled = await begin(one, request, small, small.length)
    await expect.poll(() => bytesIn(data)).toBe(small.length)
    const { upload, attempt } = request
    await put(other, 'a', Buffer.from('newer'), { replaces: [{ upload, attempt }] })
    await expect(stalled.finish(sha256(small))).rejects.toMatchObject({ errorCode: 'superseded' })
    expect((await get(one, 'a')).toString()).toBe('newer')
  })

  test('writes nothing into what another goes on with', async () => {
    const data = folder()
    const [one, other] = [await session(await server(data)), await session(await server(data))]
    // The same mark and other bytes: a file that was changed behind its own back.
    const lying = { ...uploadRequest('a', content), upload: sha256(content) }
    const changed = Buffer.concat([content.subarray(0, 2_000_000), newer])
    const stalled = await begin(one, lying, changed, 2_000_000)
    await expect.poll(() => bytesIn(data)).toBe(2_000_000)
    const going = await begin(
      other,
      uploadRequest('a', content, from(2_000_000)),
      content.subarray(2_000_000),
      1_000_000,
    )
    await expect.poll(() => bytesIn(data)).toBeGreaterThan(2_900_000)
    await stalled.write(changed.subarray(2_000_000, 5_000_000))
    await going.write(content.subarray(3_000_000))
    expect(await going.finish(sha256(content))).toEqual({ size: content.length, sha256: sha256(content) })
    stalled.cancel()
    expect((await get(other, 'a')).equals(content)).toBe(true)
  })
})

test('three servers that write one name leave exactly one whole version', async () => {
  const data = folder()
  const sessions = await Promise.all(
    [1, 2, 3].map(async n => session(await server(data), { client: `${n}`.repeat(32) })),
  )
  const versions = [1, 2, 3].map(() => randomBytes(2_000_000))
  for (let round = 0; round < 5; round++) {
    await Promise.all(sessions.map((opened, i) => put(opened, 'a', versions[i] ?? Buffer.alloc(0))))
    expect(everythingIn(data)).toEqual(['a'])
    const [winner] = await Promise.all(sessions.map(opened => get(opened, 'a')))
    expect(versions.filter(version => winner?.equals(version))).toHaveLength(1)
  }
})

describe('a download that was cut off', () => {
  test('is gone on with after what is there, if that is its beginning', async () => {
    const opened = await session(await server(folder()))
    await put(opened, 'a', content)
    expect((await get(opened, 'a', from(5_999_999))).equals(content.subarray(5_999_999))).toBe(true)
    expect((await get(opened, 'a', from(content.length))).length).toBe(0)
    expect((await get(opened, 'a', { offset: 1000, prefix: sha256('other') })).equals(content)).toBe(true)
    expect((await get(opened, 'a', { offset: 7_000_000, prefix: sha256('other') })).equals(content)).toBe(true)
  })

  test('is of the version that it began with', async () => {
    const opened = await session(await server(folder()))
    await put(opened, 'a', content)
    const download = await opened.openDownload({ type: 'download', name: 'a' })
    await put(opened, 'a', Buffer.from('new'))
    const all: Buffer[] = []
    for (let pieces = await download.read(); pieces; pieces = await download.read()) all.push(...pieces)
    expect(Buffer.concat(all).equals(content)).toBe(true)
  })
})
