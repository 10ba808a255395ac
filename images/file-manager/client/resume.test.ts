import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { flow } from '../protocol/limits.ts'
import { partialPrefix } from '../protocol/names.ts'
import { labs } from '../testing/lab.ts'
import { everythingIn } from '../testing/serving.ts'
import { Leftovers } from './leftovers.ts'

const { lab, folder } = labs()

const early = 2_000_000
/** More than is on its way when so much has passed, for a sender is never ahead of its reader by more than a window. */
const content = randomBytes(early + flow.window + 2_000_000)

const same = (path: string, expected = content): boolean => readFileSync(path).equals(expected)
const shown = (where: string): string[] => everythingIn(where).filter(name => !name.startsWith(partialPrefix))

describe('an upload', () => {
  test('that loses its connection goes on by itself, with another server', async () => {
    const { data, gate, client: start, another } = await lab()
    const client = start()
    client.write('big', content)
    const { port } = await another()
    gate.after(early, () => {
      gate.target = port
      gate.cut()
    })
    expect(await client.run('upload big')).toBe(0)
    expect(client.told('lost')).toHaveLength(1)
    expect(client.told('connected')).toHaveLength(2)
    expect(client.told('transfer.end')[0]).toMatchObject({
      outcome: 'done',
      resumed: expect.toSatisfy(n => n > 0),
    })
    expect(same(join(data, 'big'))).toBe(true)
    expect(everythingIn(data)).toEqual(['big'])
  })

  test('that is interrupted leaves nothing that is seen, and is gone on with later, elsewhere', async () => {
    const { data, gate, client: start, another } = await lab()
    const client = start()
    client.write('big', content)
    const abort = new AbortController()
    gate.after(early, () => abort.abort())
    expect(await client.run('upload big', abort.signal)).toBe(130)
    expect(shown(data)).toEqual([])
    gate.target = (await another()).port
    gate.cut()
    expect(await client.run('upload big')).toBe(0)
    expect(client.told('transfer.end')[0]).toMatchObject({ resumed: expect.toSatisfy(n => n > 0) })
    expect(same(join(data, 'big'))).toBe(true)
    expect(everythingIn(data)).toEqual(['big'])
  })

  test('of a file that was changed since then begins anew', async () => {
    const { data, gate, client: start } = await lab()
    const client = start()
    client.write('big', content)
    const abort = new AbortController()
    gate.after(early, () => abort.abort())
    expect(await client.run('upload big', abort.signal)).toBe(130)
    const changed = Buffer.from(content).fill(7, 0, 10)
    client.write('big', changed)
    expect(await client.run('upload big')).toBe(0)
    expect(client.told('transfer.end')).toMatchObject([{ resumed: 0 }])
    expect(same(join(data, 'big'), changed)).toBe(true)
  })

  test('of a file that is written meanwhile is refused, and leaves the old one', async () => {
    const { data, gate, client: start } = await lab()
    const client = start()
    const path = client.write('big', content)
    writeFileSync(join(data, 'big'), 'old')
    gate.after(early, () => utimesSync(path, 5, 5))
    expect(await client.run('upload big')).toBe(70)
    expect(client.problems()).toEqual(['big was changed while it was read'])
    expect(readFileSync(join(data, 'big'), 'utf8')).toBe('old')
  })

  test('of hundreds of small files survives the loss of its connection', async () => {
    const { data, gate, client: start } = await lab()
    const client = start()
    for (let i = 0; i < 500; i++) client.write(`f${i}`, randomBytes(1000))
    gate.after(200_000, () => gate.cut())
    expect(await client.run('upload f*')).toBe(0)
    expect(client.told('lost')).toHaveLength(1)
    expect(everythingIn(data)).toEqual(everythingIn(client.folder))
  })
})

describe('a download', () => {
  test('that loses its connection goes on by itself', async () => {
    const { data, gate, client: start } = await lab()
    const client = start()
    writeFileSync(join(data, 'big'), content)
    gate.after(early, () => gate.cut())
    expect(await client.run('download big')).toBe(0)
    expect(client.told('lost')).toHaveLength(1)
    expect(client.told('transfer.end')[0]).toMatchObject({ resumed: expect.toSatisfy(n => n > 0) })
    expect(same(join(client.folder, 'big'))).toBe(true)
    expect(everythingIn(client.folder)).toEqual(['big'])
  })

  test('that is interrupted leaves nothing that is seen, and is gone on with later', async () => {
    const { data, gate, client: start } = await lab()
    const client = start()
    writeFileSync(join(data, 'big'), content)
    const abort = new AbortController()
    gate.after(early, () => abort.abort())
    expect(await client.run('download big', abort.signal)).toBe(130)
    expect(shown(client.folder)).toEqual([])
    expect(await client.run('ls')).toBe(0)
    expect(client.told('listed')).toMatchObject([{ files: [] }])
    expect(await client.run('download big')).toBe(0)
    expect(client.told('transfer.end')[0]).toMatchObject({ resumed: expect.toSatisfy(n => n > 0) })
    expect(same(join(client.folder, 'big'))).toBe(true)
    expect(everythingIn(client.folder)).toEqual(['big'])
  })

  test('does not take the place of what has come to stand there meanwhile', async () => {
    const { data, gate, client: start } = await lab()
    const client = start()
    writeFileSync(join(data, 'big'), content)
    gate.after(early, () => client.write('big', 'mine'))
    expect(await client.run('download big')).toBe(70)
    expect(client.problems()).toEqual(['big is here already, and is not the same'])
    expect(readFileSync(join(client.folder, 'big'), 'utf8')).toBe('mine')
    expect(shown(client.folder)).toEqual(['big'])
  })

  test.each([content.length, 1_000_000])('of a file that was replaced by %i bytes begins anew', async size => {
    const { data, gate, client: start } = await lab()
    const client = start()
    writeFileSync(join(data, 'big'), content)
    const abort = new AbortController()
    gate.after(early, () => abort.abort())
    expect(await client.run('download big', abort.signal)).toBe(130)
    const changed = Buffer.from(content.subarray(0, size)).fill(7, 0, 10)
    writeFileSync(join(data, 'big'), changed)
    expect(await client.run('download big')).toBe(0)
    expect(client.told('transfer.end')).toMatchObject([{ resumed: 0 }])
    expect(same(join(client.folder, 'big'), changed)).toBe(true)
    expect(everythingIn(client.folder)).toEqual(['big'])
  })
})

describe('what an interrupted download has left', () => {
  const of = (where: string): string => new Leftovers(where).claim('name').path.replace(/\.\d+-[0-9a-f]+$/, '')

  test.each([
    ['left in order', '', true],
    ['left by a process that was killed', '.4194305-00000000', true],
    ['still written by a process that lives', `.${process.pid}-00000000`, false],
    ['of another form', '.x', false],
  ])('%s is taken: %s', (_, end, taken) => {
    const where = folder()
    const path = of(where) + end
    writeFileSync(path, 'part')
    const claimed = new Leftovers(where).claim('name')
    expect([claimed.left, existsSync(path)]).toEqual([taken, !taken])
    expect(new Leftovers(where).claim('another').left).toBe(false)
  })

  test('is removed after a day, unless somebody writes it', () => {
    const where = folder()
    const paths = ['', '.4194305-00000000', `.${process.pid}-00000000`].map(end => of(where) + end)
    for (const path of paths) writeFileSync(path, 'part')
    new Leftovers(where, Date.now() + 23 * 3600_000)
    expect(paths.map(path => existsSync(path))).toEqual([true, true, true])
    new Leftovers(where, Date.now() + 25 * 3600_000)
    expect(paths.map(path => existsSync(path))).toEqual([false, false, true])
  })
})

test('a session outlives its server and its broker', async () => {
  const { data, gate, broker, client: start, another } = await lab()
  const client = start()
  writeFileSync(join(data, 'a'), 'x')
  expect(await client.run('lls')).toBe(0)
  await broker.close(0)
  gate.target = (await another()).port
  gate.cut()
  expect(await client.run('lls')).toBe(0)
  expect(client.told('listed')).toMatchObject([{ files: [{ name: 'a' }] }])
  await gate.close()
  expect(await client.run('lls')).toBe(69)
})
