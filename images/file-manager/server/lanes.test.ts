import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Lane, type Lanes } from '../program/lanes.ts'
import { sha256 } from '../testing/transfer.ts'
import { Wide } from './wide.ts'

let folder = ''
let lanes: Lanes
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-manager-'))
})
afterEach(() => {
  lanes.close()
  rmSync(folder, { recursive: true })
})

const at = (name: string): string => join(folder, name)
const bufferOf = (text: string): ArrayBuffer => new Uint8Array(Buffer.from(text)).buffer

describe.each<[string, () => Lanes]>([
  ['a thread', () => new Lane()],
  ['the pool of threads', () => new Wide()],
])('jobs by %s', (_, make) => {
  beforeEach(() => {
    lanes = make()
  })

  test('write new files, and tell what became of each', async () => {
    writeFileSync(at('there'), 'kept')
    symlinkSync(at('outside'), at('link'))
    const paths = [at('a'), '', at('there'), at('link'), at('damaged'), at('none/x'), at('empty')]
    const texts = ['one', 'passed over', 'x', 'x', 'x', 'x', '']
    const sums = texts.map((text, i) => sha256(i === 4 ? 'y' : text))
    const sizes = texts.map(({ length }) => length)
    const content = bufferOf(texts.join(''))
    const outcomes = await lanes.run('write', { paths, sizes, sums, mode: 0o600, content }, [content])
    expect(outcomes).toEqual([undefined, undefined, 'EEXIST', 'EEXIST', 'checksum', 'ENOENT', undefined])
    expect(readdirSync(folder).sort()).toEqual(['a', 'empty', 'link', 'there'])
    expect(['a', 'empty', 'there'].map(name => readFileSync(at(name), 'utf8'))).toEqual(['one', '', 'kept'])
  })

  test('rename', async () => {
    writeFileSync(at('a'), 'a')
    mkdirSync(at('folder'))
    writeFileSync(at('b'), 'b')
    const from = [at('a'), at('missing'), at('b')]
    const outcomes = await lanes.run('rename', { from, to: [at('c'), at('d'), at('folder')] })
    expect(outcomes).toEqual([undefined, 'ENOENT', 'EISDIR'])
    expect(readdirSync(folder).sort()).toEqual(['b', 'c', 'folder'])
  })

  test('read plain files, as many as there is room for, and no more', async () => {
    writeFileSync(at('a'), 'one')
    writeFileSync(at('b'), 'three')
    writeFileSync(at('large'), Buffer.alloc(101))
    symlinkSync(at('a'), at('link'))
    mkdirSync(at('folder'))
    const names = ['a', 'missing', 'large', 'link', 'folder', 'b']
    const limits = { largest: 100, enough: 1000 }
    const { files, content } = await lanes.run('read', { paths: names.map(at), ...limits })
    expect(files.map(file => ('code' in file ? file.code : [file.size, file.sha256]))).toEqual([
      [3, sha256('one')],
      'ENOENT',
      'EFBIG',
      'ELOOP',
      'ENOENT',
      [5, sha256('three')],
    ])
    expect(Buffer.from(content).toString()).toBe('onethree')
    const many = Array.from({ length: 50 }, () => at('b'))
    const some = await lanes.run('read', { paths: many, largest: 100, enough: 7 })
    expect(some.files.length).toBeLessThan(20)
    expect(some.content.length).toBe(5 * some.files.length)
  })

  test('look at files', async () => {
    writeFileSync(at('a'), 'one')
    mkdirSync(at('folder'))
    const found = await lanes.run('stat', { paths: [at('a'), at('missing'), at('folder')] })
    expect(found).toEqual([{ size: 3, modified: expect.any(Number) }, undefined, undefined])
  })

  test('are done, whoever else asks at the same time', async () => {
    const counts = Array.from({ length: 100 }, async (_, i) => {
      await lanes.room()
      writeFileSync(at(`f${i}`), 'x'.repeat(i))
      return (await lanes.run('stat', { paths: [at(`f${i}`)] }))[0]?.size
    })
    expect(await Promise.all(counts)).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })
})

test('a thread that is closed gives up what waits', async () => {
  const lane = new Lane()
  lanes = lane
  const ask = () => lane.run('stat', { paths: [at('a')] })
  const jobs = Promise.allSettled([ask(), ask(), ask()])
  lane.close()
  const reasons = (await jobs).map(job => job.status === 'rejected' && job.reason.errorCode)
  expect(reasons).toEqual(['storage', 'storage', 'storage'])
  await expect(ask()).rejects.toMatchObject({ errorCode: 'storage' })
})
