import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { AnyExchange } from '../protocol/exchange.ts'
import { record } from '../protocol/records.ts'
import { TestClient } from '../testing/client.ts'
import { labs } from '../testing/lab.ts'
import { pairs } from '../testing/pair.ts'
import { everythingIn } from '../testing/serving.ts'
import { sha256 } from '../testing/transfer.ts'

const { lab, lines } = labs()
const { server, made, scratch } = pairs()

const names = Array.from({ length: 300 }, (_, i) => `small ${i}.txt`).sort()

/** How often the servers of this test were asked for something. */
const asked = (what: string): number => lines.filter(line => line.includes(` ${what}`)).length

describe('many small files', () => {
  test('travel in packs, both ways, and arrive as they were', async () => {
    const { data, client } = await lab()
    const [one, other] = [client(), client()]
    for (const name of names) one.write(name, name.repeat(20))
    expect(await one.run('upload *')).toBe(0)
    expect(everythingIn(data)).toEqual(names)
    expect(one.told('transfers.end')[0]?.tally).toMatchObject({ files: 300, done: 300, failed: 0, untried: 0 })
    expect(await other.run('download *')).toBe(0)
    expect(everythingIn(other.folder)).toEqual(names)
    for (const name of names) expect(readFileSync(join(other.folder, name), 'utf8')).toBe(name.repeat(20))
    expect([asked('pack:'), asked('fetch:'), asked('upload '), asked('download ')]).toEqual([2, 2, 0, 0])
  })

  test('go by themselves where something is here, or something is wrong with one', async () => {
    const { data, client } = await lab()
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) writeFileSync(join(data, name), name)
    const one = client()
    one.write('a', 'a')
    one.write('b', 'another')
    mkdirSync(join(one.folder, 'c'))
    symlinkSync('/nowhere', join(one.folder, 'd'))
    one.answers.push('n', 'n')
    expect(await one.run('download a b c d e f')).toBe(70)
    expect(one.told('transfers.end')[0]?.tally).toMatchObject({ done: 2, same: 1, failed: 3 })
    expect(one.problems().sort()).toEqual([
      'b is here already, and is not the same',
      'c is a folder here',
      'd is here already, and is not the same',
    ])
    const contents = ['a', 'b', 'e', 'f'].map(name => readFileSync(join(one.folder, name), 'utf8'))
    expect(contents).toEqual(['a', 'another', 'e', 'f'])
    expect(await one.run('download --force b e')).toBe(0)
    expect(readFileSync(join(one.folder, 'b'), 'utf8')).toBe('b')
    expect(everythingIn(one.folder)).toEqual(['a', 'b', 'c', 'd', 'e', 'f'])
  })

  test('fail one by one', async () => {
    const { data, client } = await lab()
    mkdirSync(join(data, 'two'))
    const one = client()
    for (const name of ['one', 'two', 'three']) one.write(name, name)
    one.write('bad\u0001name', 'x')
    expect(await one.run('upload *')).toBe(70)
    expect(everythingIn(data)).toEqual(['one', 'three', 'two'])
    expect(one.problems()).toHaveLength(2)
    expect(one.problems().join()).toMatch(/two: a folder has this name/)
  })

  test('are sent anew when the connection is lost under them, and what was cut off never comes into effect', async () => {
    const { data, client, gate } = await lab()
    const one = client()
    for (const name of names) one.write(name, randomBytes(500))
    await one.run('lls')
    gate.after(60_000, () => gate.cut())
    expect(await one.run('upload *')).toBe(0)
    expect(one.told('lost')).toHaveLength(1)
    const other = client()
    gate.after(60_000, () => gate.cut())
    expect(await other.run('download *')).toBe(0)
    for (const folder of [data, other.folder]) {
      await expect.poll(() => everythingIn(folder)).toEqual(names)
      for (const name of names)
        expect(readFileSync(join(folder, name)).equals(readFileSync(join(one.folder, name)))).toBe(true)
    }
  })

  test('that are interrupted leave nothing', async () => {
    const { data, client, gate } = await lab()
    const [one, other] = [client(), client()]
    for (const name of names) {
      one.write(name, randomBytes(500))
      writeFileSync(join(data, `there ${name}`), randomBytes(500))
    }
    const whole = everythingIn(data)
    for (const [each, command] of [
      [one, 'upload *'],
      [other, 'download there*'],
    ] as const) {
      const abort = new AbortController()
      await each.run('lls')
      gate.after(command.startsWith('upload') ? 60_000 : 100_000, () => abort.abort())
      expect(await each.run(command, abort.signal)).toBe(130)
    }
    await expect.poll(() => everythingIn(data).filter(name => name.startsWith('.'))).toEqual([])
    expect(everythingIn(data).length).toBeLessThan(whole.length + names.length)
    expect(everythingIn(other.folder).filter(name => name.startsWith('.'))).toEqual([])
  })
})

/** A broker and server in one whose packs and fetches are answered by `answer`. */
async function dishonest(answer: (exchange: AnyExchange) => Promise<void>): Promise<TestClient> {
  let port = 0
  const listening = await server(async exchange => {
    if (exchange.type === 'locate') exchange.respond({ host: '127.0.0.1', port })
    else if (exchange.type === 'list')
      exchange.respond({ files: ['a', 'b'].map(name => ({ name, size: 1, modified: 0 })) })
    else await answer(exchange)
  })
  port = listening.port
  const folder = join(mkdtempSync(join(scratch, 'client-')), 'in', 'here')
  mkdirSync(folder, { recursive: true })
  return new TestClient(port, made, { folder })
}

const good = record({ size: 1, modified: 0, sha256: sha256('x') })

describe('a server that answers a pack', () => {
  test.each<[string, Buffer]>([
    ['another content than it says', Buffer.concat([good, Buffer.from('y'), good, Buffer.from('z')])],
    ['a record that is none', Buffer.from('\0\0\0\x02[]')],
    ['a record without an end', Buffer.from('\xff\xff\xff\xff', 'latin1')],
    ['a size beyond all', record({ size: 65_537, modified: 0, sha256: sha256('x') })],
    ['fewer records than it was asked for', Buffer.concat([good, Buffer.from('x')])],
    ['more records than it was asked for', Buffer.concat(Array(3).fill(Buffer.concat([good, Buffer.from('x')])))],
  ])('with %s is not believed, and nothing of it stays', async (_, stream) => {
    const one = await dishonest(async exchange => {
      if (exchange.type !== 'fetch') return
      await exchange.outgoing.write(stream)
      exchange.respond({})
    })
    expect(await one.run('download *')).toBe(70)
    expect(readdirSync(dirname(dirname(one.folder)), { recursive: true }).sort()).toEqual(['in', 'in/here'])
    await one.close()
  })

  test('with failures of files that were not sent is not believed', async () => {
    const one = await dishonest(async exchange => {
      if (exchange.type === 'pack') exchange.respond({ failed: [{ file: 2, code: 'name', message: 'no' }] })
    })
    for (const name of ['a', 'b']) one.write(name, 'x')
    expect(await one.run('upload a b')).toBe(70)
    expect(one.told('transfers.end')[0]?.tally).toMatchObject({ done: 0, failed: 2 })
    await one.close()
  })
})
