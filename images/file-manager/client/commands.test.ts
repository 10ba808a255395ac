import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { credentialsOf } from '../protocol/credentials.ts'
import { partialPrefix } from '../protocol/names.ts'
import { TestClient } from '../testing/client.ts'
import { labs } from '../testing/lab.ts'
import { everythingIn } from '../testing/serving.ts'

const { lab, folder, broker: startBroker, server: startServer, lines, made } = labs()

async function start() {
  const there = await lab()
  return { ...there, client: there.client() }
}

const text = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8')

describe('upload', () => {
  test('takes names, patterns and paths, each file once', async () => {
    const { client, data } = await start()
    for (const name of ['test1.txt', 'test2.txt', 'two words.txt', '.hidden.txt', 'a.md']) client.write(name, name)
    mkdirSync(join(client.folder, 'folder.txt'))
    mkdirSync(join(client.folder, 'sub'))
    client.write('sub/inner.md', 'inner')
    expect(await client.run('upload *.txt "two words.txt" sub/*.md')).toBe(0)
    expect(everythingIn(data)).toEqual(['inner.md', 'test1.txt', 'test2.txt', 'two words.txt'])
    expect(text(data, 'two words.txt')).toBe('two words.txt')
    expect(client.told('transfer.end').map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done', 'done'])
  })

  test('gives a name its normal form, and replaces what is there', async () => {
    const { client, data } = await start()
    client.write('man\u0303ana.txt', 'first')
    expect(await client.run('upload man*')).toBe(0)
    client.write('man\u0303ana.txt', 'second')
    expect(await client.run('upload man*')).toBe(0)
    expect(everythingIn(data)).toEqual(['ma\u00f1ana.txt'])
    expect(text(data, 'ma\u00f1ana.txt')).toBe('second')
  })

  test('says of each what is wrong, and uploads the others', async () => {
    const { client, data } = await start()
    client.write('good.txt', 'x')
    client.write('bad\nname', 'x')
    client.write(`${partialPrefix}x`, 'x')
    mkdirSync(join(client.folder, 'folder'))
    execFileSync('mkfifo', [join(client.folder, 'pipe')])
    expect(await client.run(`upload nothing.txt folder pipe 'bad\nname' ${partialPrefix}x *.none good.txt`)).toBe(70)
    expect(client.problems().sort()).toEqual([
      '*.none: no file here matches',
      `${partialPrefix}x: the name begins with ${partialPrefix}`,
      'bad\nname: the name has control characters in it',
      'folder is a folder',
      'nothing.txt: there is no such file here',
      'pipe is no ordinary file',
    ])
    expect(everythingIn(data)).toEqual(['good.txt'])
  })

  test('refuses two that would have one name there', async () => {
    const { client, data } = await start()
    mkdirSync(join(client.folder, 'sub'))
    for (const name of ['a.txt', 'sub/a.txt']) client.write(name, name)
    expect(await client.run('upload a.txt sub/a.txt')).toBe(64)
    expect(client.problems()).toEqual(['a.txt and sub/a.txt would both be a.txt on the server'])
    expect(everythingIn(data)).toEqual([])
  })

  test('carries hundreds of small files and some large ones side by side', async () => {
    const { client, data } = await start()
    for (let i = 0; i < 600; i++) client.write(`small-${i}`, randomBytes(100))
    for (let i = 0; i < 3; i++) client.write(`large-${i}`, randomBytes(1_000_000 + i))
    expect(await client.run('upload *')).toBe(0)
    const names = everythingIn(client.folder)
    expect(everythingIn(data)).toEqual(names)
    for (const name of names)
      expect(readFileSync(join(data, name)).equals(readFileSync(join(client.folder, name)))).toBe(true)
  })
})

describe('download', () => {
  test.each([
    0, 1, 65_535, 65_536, 65_537, 5_000_001,
  ])('brings %i bytes as they are, and leaves nothing else', async size => {
    const { client, data } = await start()
    const content = randomBytes(size)
    writeFileSync(join(data, 'a b.bin'), content)
    expect(await client.run('download "a b.bin"')).toBe(0)
    expect(everythingIn(client.folder)).toEqual(['a b.bin'])
    expect(readFileSync(join(client.folder, 'a b.bin')).equals(content)).toBe(true)
    expect(client.told('transfer.end')).toMatchObject([{ outcome: 'done', size, resumed: 0 }])
  })

  test('takes patterns, and says which name is not there', async () => {
    const { client, data } = await start()
    for (const name of ['1.txt', '2.txt', '[x].txt', 'a.md']) writeFileSync(join(data, name), name)
    expect(await client.run('download [12].txt \\[x\\].txt none.txt')).toBe(70)
    expect(everythingIn(client.folder)).toEqual(['1.txt', '2.txt', '[x].txt'])
    expect(client.problems()).toEqual(['none.txt: there is no such file on the server'])
  })

  test('finds that a file is here already', async () => {
    const { client, data } = await start()
    for (const size of [0, 31, 300_000]) {
      const content = randomBytes(size)
      writeFileSync(join(data, 'same'), content)
      const path = client.write('same', content)
      utimesSync(path, 1, 1)
      expect(await client.run('download same')).toBe(0)
      expect(client.told('transfer.end')).toMatchObject([{ outcome: 'same', size }])
      expect(statSync(path).mtimeMs).toBe(1000)
    }
  })

  test.each(['another', 'server', 'server and more', ''])('replaces %o only when it is told to', async content => {
    const { client, data } = await start()
    writeFileSync(join(data, 'a'), 'server and')
    client.write('a', content)
    expect(await client.run('download a')).toBe(70)
    expect(client.questions).toEqual(['a is here already, and is not the same. Replace it? [y/N/all] '])
    expect(client.problems()).toEqual(['a is here already, and is not the same'])
    expect(text(client.folder, 'a')).toBe(content)
    client.answers.push('y')
    expect(await client.run('download a')).toBe(0)
    expect(text(client.folder, 'a')).toBe('server and')
    client.write('a', content)
    expect(await client.run('download --force a')).toBe(0)
    expect(text(client.folder, 'a')).toBe('server and')
    expect(client.questions).toHaveLength(2)
    expect(everythingIn(client.folder)).toEqual(['a'])
  })

  test('asks once when the answer is all', async () => {
    const { client, data } = await start()
    for (const name of ['a', 'b', 'c', 'd']) {
      writeFileSync(join(data, name), 'new')
      client.write(name, 'old')
    }
    client.answers.push('all')
    expect(await client.run('download *')).toBe(0)
    expect(client.questions).toHaveLength(1)
    expect(['a', 'b', 'c', 'd'].map(name => text(client.folder, name))).toEqual(['new', 'new', 'new', 'new'])
  })

  test('follows no link and enters no folder, told or not', async () => {
    const { client, data } = await start()
    const outside = join(folder(), 'victim')
    writeFileSync(outside, 'mine')
    for (const name of ['link', 'folder']) writeFileSync(join(data, name), 'theirs')
    symlinkSync(outside, join(client.folder, 'link'))
    mkdirSync(join(client.folder, 'folder'))
    expect(await client.run('download link folder')).toBe(70)
    expect(client.problems().sort()).toEqual(['folder is a folder here', 'link is here already, and is not the same'])
    expect(await client.run('download --force link folder')).toBe(70)
    expect(client.problems()).toEqual(['folder is a folder here'])
    expect(text(client.folder, 'link')).toBe('theirs')
    expect(readFileSync(outside, 'utf8')).toBe('mine')
    expect(everythingIn(client.folder)).toEqual(['folder', 'link'])
  })
})

test('ls and lls list, with and without patterns', async () => {
  const { client, data } = await start()
  client.write('here.txt', 'xx')
  client.write('.hidden', '')
  mkdirSync(join(client.folder, 'folder'))
  writeFileSync(join(data, 'there.txt'), 'xxx')
  writeFileSync(join(data, 'there.md'), '')
  const listed = async (line: string) => {
    expect(await client.run(line)).toBe(0)
    return client.told('listed').flatMap(({ files }) => files.map(({ name, size }) => [name, size]))
  }
  expect(await listed('ls')).toEqual([
    ['folder', undefined],
    ['here.txt', 2],
  ])
  expect(await listed('ls .*')).toEqual([['.hidden', 0]])
  expect(await listed('lls')).toEqual([
    ['there.md', 0],
    ['there.txt', 3],
  ])
  expect(await listed('lls *.txt')).toEqual([['there.txt', 3]])
  expect(await client.run('lls none')).toBe(70)
  expect(await client.run('ls none')).toBe(70)
})

test.each([
  ['put a', 'there is no command put', 'upload copies'],
  ['LLS', 'there is no command LLS', 'lls lists'],
  ['upload', 'upload which file?', 'upload notes.txt'],
  ['download', 'download which file?', 'lls lists'],
  ['download --all a', 'this command has no option --all', '-f, --force'],
])('%s is not understood, and what is comes along', async (line, message, next) => {
  const { client } = await start()
  expect(await client.run(line)).toBe(64)
  const [told] = client.told('problem')
  expect(told?.problem.message).toBe(message)
  expect(told?.problem.next).toContain(next)
})

test('plain text is spoken where all were told to, and nowhere else', async () => {
  const [credentials, data] = [credentialsOf(made.folder, true), folder()]
  const plain = await startServer(data, { credentials })
  const broker = await startBroker({ credentials, advertise: { host: '127.0.0.1', port: plain.port } })
  await startServer(data, { credentials, broker: { host: '127.0.0.1', port: broker.port } })
  await expect.poll(() => lines.some(line => /server registered/.test(line))).toBe(true)
  const client = new TestClient(broker.port, { ...made, authority: undefined })
  client.write('a', 'content')
  expect(await client.run('upload a')).toBe(0)
  expect(client.told('connected')).toMatchObject([{ plainText: true }])
  expect(text(data, 'a')).toBe('content')
  await client.close()
  const safe = new TestClient(broker.port, made)
  expect(await safe.run('lls')).toBe(69)
  await safe.close()
})
