import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Connection, ExecOptions } from './connection.ts'
import { connectLocal } from './local.ts'
import { sendEntries, upload } from './upload.ts'
import { fitting } from './upload-archive.ts'
import type { UploadDirectory, UploadFile } from './upload-file.ts'

const top = mkdtempSync(join(tmpdir(), 'andamio-upload-'))
const folder = join(top, "it's a folder")
const path = join(folder, '-name $(id)')
const local = connectLocal('here')
const owner = `${process.getuid?.()}:${process.getgid?.()}`

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
})
afterAll(() => rmSync(top, { recursive: true }))

describe('upload', () => {
  test.each([0, 1, 65_535, 65_536, 65_537, 3_000_001])('%i bytes arrive whole', async size => {
    const content = Buffer.alloc(size, 'content\0\n')
    await upload(local, { path, content, mode: '0640', owner })
    expect(readFileSync(path).equals(content)).toBe(true)
    expect(statSync(path).mode & 0o7777).toBe(0o640)
    expect(readdirSync(folder)).toHaveLength(1)
  })

  test('gives the owner asked for', async () => {
    await upload(local, { path, content: 'x', mode: '4750', owner: '10001:10002' })
    expect(statSync(path)).toMatchObject({ uid: 10001, gid: 10002, mode: 0o104750 })
  })

  test('of several files gives each its own content, owner and mode', async () => {
    const files: UploadFile[] = [
      { path, content: 'one', mode: '4750', owner: '10001:10002' },
      { path: join(folder, 'b'), content: '', mode: '0600', owner: '10001:10002' },
      { path: join(folder, 'c'), content: Buffer.alloc(700_000, 'c'), mode: '0600', owner },
    ]
    expect(fitting(files)).toBe(3)
    expect(await sendEntries(local, files as [UploadFile, ...UploadFile[]])).toMatchObject({ code: 0, stderr: '' })
    expect(files.map(({ path }) => statSync(path))).toMatchObject([
      { mode: 0o104750, uid: 10001, gid: 10002, size: 3 },
      { mode: 0o100600, uid: 10001, gid: 10002, size: 0 },
      { mode: 0o100600, uid: process.getuid?.(), size: 700_000 },
    ])
    expect(readFileSync(path, 'utf8')).toBe('one')
    expect(readdirSync(folder)).toHaveLength(3)
  })

  test('of several files puts none in place where its guard refuses', async () => {
    const files: [UploadFile, UploadFile] = [
      { path, content: 'one', mode: '0644', owner },
      { path: join(folder, 'b'), content: 'two', mode: '0644', owner },
    ]
    const result = await sendEntries(local, files, { script: 'echo no >&2; exit 75', seconds: 1 })
    expect(result).toMatchObject({ code: 75, stderr: 'no\n' })
    expect(readdirSync(folder)).toEqual([])
  })

  test.each<[string, number, (number: number) => Partial<UploadFile>]>([
    ['files of one directory, up to a number', 128, () => ({})],
    ['files of one directory until there comes one of another', 7, at => (at === 7 ? { path: '/etc/other/x' } : {})],
    ['a mebibyte', 4, () => ({ content: Buffer.alloc(256 * 1024) })],
    ['names of some length', 4, at => ({ path: `/etc/${String(at).repeat(3500)}` })],
    ['nothing that is larger', 0, () => ({ content: Buffer.alloc(1024 * 1024 + 1) })],
  ])('together go %s', (_, many, own) => {
    const files = Array.from({ length: 150 }, (_, at) => {
      return { path: `/etc/many/${at}`, content: 'x', mode: '0644', owner, ...own(at) }
    })
    expect(fitting(files)).toBe(many)
  })

  test.each<[string, number, readonly string[]]>([
    ['directories before files, wherever they are', 4, ['/srv/a/', '/etc/b/', '/srv/a/1', '/srv/a/2']],
    ['no directory after a file', 2, ['/srv/a/', '/srv/a/1', '/srv/b/']],
    ['no file of another directory', 2, ['/srv/a/', '/srv/a/1', '/srv/b/1']],
  ])('together go %s', (_, many, paths) => {
    const entries = paths.map(path => ({
      ...{ path: path.replace(/\/$/, ''), mode: '0755', owner },
      ...(path.endsWith('/') ? {} : { content: 'x' }),
    }))
    expect(fitting(entries)).toBe(many)
  })

  test('makes directories, and puts files into one that was not there', async () => {
    const made = join(folder, "it's", 'new')
    const entries: [UploadDirectory, UploadDirectory, UploadFile] = [
      { path: join(folder, 'shared'), mode: '2770', owner: '10001:10002' },
      { path: made, mode: '0700', owner },
      { path: join(made, 'file'), content: 'content', mode: '0600', owner },
    ]
    expect(await sendEntries(local, entries)).toMatchObject({ code: 0, stderr: '' })
    expect(entries.map(({ path }) => (statSync(path).mode & 0o7777).toString(8))).toEqual(['2770', '700', '600'])
    expect(statSync(join(folder, 'shared'))).toMatchObject({ uid: 10001, gid: 10002 })
    expect(statSync(join(folder, "it's")).mode & 0o7777).toBe(0o755)
    expect(readFileSync(join(made, 'file'), 'utf8')).toBe('content')
    expect(readdirSync(folder).sort()).toEqual(["it's", 'shared'])
  })

  test.each([
    ['with a file', [{ path: join(folder, 'new', 'file'), content: 'x', mode: '0600', owner }]],
    ['alone', []],
  ])('makes no directory where its guard refuses, %s', async (_, files) => {
    const result = await sendEntries(local, [{ path: join(folder, 'new'), mode: '0700', owner }, ...files], {
      script: 'echo no >&2; exit 75',
      seconds: 1,
    })
    expect(result).toMatchObject({ code: 75, stderr: 'no\n' })
    expect(readdirSync(folder)).toEqual([])
  })

  test('makes no directory before the files have arrived', async () => {
    const file = { path: join(folder, 'new', 'file'), content: 'x'.repeat(2000), mode: '0600', owner }
    const cut = cutAfter(700)
    expect((await sendEntries(cut, [{ path: join(folder, 'new'), mode: '0700', owner }, file])).code).not.toBe(0)
    expect(readdirSync(folder)).toEqual([])
  })

  test('replaces a link, not what it points to', async () => {
    writeFileSync(join(top, 'elsewhere'), 'kept')
    symlinkSync(join(top, 'elsewhere'), path)
    await upload(local, { path, content: 'new', mode: '0600', owner })
    expect([readFileSync(path, 'utf8'), readFileSync(join(top, 'elsewhere'), 'utf8')]).toEqual(['new', 'kept'])
  })

  test.each([
    ['a directory stands there', () => mkdirSync(path), /directory/],
    ['its directory is missing', () => rmSync(folder, { recursive: true }), /No such file or directory/],
  ])('says that %s, and leaves nothing behind', async (_, prepare, cause) => {
    prepare()
    const run = upload(local, { path, content: 'x', mode: '0600', owner })
    await expect(run).rejects.toMatchObject({ failure: { code: 'upload-failed', cause: expect.stringMatching(cause) } })
    expect(readdirSync(top, { recursive: true }).filter(name => String(name).includes('.andamio'))).toEqual([])
  })

  // Within a header and a content, and where one of those ends.
  test.each([
    0, 1, 512, 560, 1024, 1100, 1536, 1540,
  ])('cut after %i bytes, the old content stays and no half file', async bytes => {
    writeFileSync(path, 'old')
    chmodSync(path, 0o600)
    await expect(
      upload(cutAfter(bytes), { path, content: 'new content'.repeat(5), mode: '0600', owner }),
    ).rejects.toThrow()
    expect(readFileSync(path, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toHaveLength(1)
  })

  test('nothing of the content or its checksum is in argv', async () => {
    let seen = ''
    await upload(
      spying(command => (seen = command)),
      { path, content: 'a', mode: '0600', owner },
    )
    expect(seen).toContain('sha256sum')
    expect(seen).not.toContain('ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb')
  })

  test('is where nobody but root can enter while its owner changes', async () => {
    const shims = join(top, 'shims')
    mkdirSync(shims)
    writeFileSync(join(shims, 'chown'), `#!/bin/sh\nstat -c %a . "$3" >>${shims}/modes\nexec /bin/chown "$@"\n`, {
      mode: 0o755,
    })
    const watched = connectLocal('here', { env: { PATH: `${shims}:/usr/bin:/bin` } })
    await upload(watched, { path, content: 'x', mode: '0440', owner: '10001:10002' })
    expect(readFileSync(join(shims, 'modes'), 'utf8')).toBe('700\n600\n')
    expect(modesIn(folder)).toEqual(['440'])
  })

  test('waits where nobody but root can enter while it arrives', async () => {
    const seen: string[] = []
    await upload(
      pausing(() => seen.push(...modesIn(folder))),
      { path, content: 'secret'.repeat(5000), mode: '0644', owner },
    )
    expect(seen).toEqual(['700'])
    expect(modesIn(folder)).toEqual(['644'])
  })
})

async function whole(stdin: ExecOptions['stdin']): Promise<Buffer> {
  if (!(stdin instanceof Readable)) return Buffer.from(stdin ?? '')
  return Buffer.concat(await stdin.toArray())
}

const modesIn = (where: string): string[] =>
  readdirSync(where).map(name => (statSync(join(where, name)).mode & 0o7777).toString(8))

/** Stops half way through stdin until a part of it stands on disk, and lets the test look. */
const pausing = (look: () => unknown): Connection => ({
  ...spying(() => undefined),
  exec: (command, options) => {
    async function* halves(): AsyncGenerator<Buffer> {
      const all = await whole(options.stdin)
      yield all.subarray(0, 20_000)
      const arrived = (): boolean => readdirSync(folder, { recursive: true }).length > 1
      await vi.waitUntil(arrived, { timeout: 30_000, interval: 5 })
      look()
      yield all.subarray(20_000)
    }
    return local.exec(command, { ...options, stdin: Readable.from(halves(), { objectMode: false }) })
  },
})

const spying = (onCommand: (command: string) => unknown): Connection => ({
  host: 'here',
  roundTrips: 0,
  close: async () => undefined,
  forward: local.forward,
  exec: (command, options) => {
    onCommand(command)
    return local.exec(command, options)
  },
})

/** Hands on only the first bytes of stdin, as a connection does that breaks. */
const cutAfter = (bytes: number): Connection => ({
  ...spying(() => undefined),
  exec: async (command, options) => {
    const all = await whole(options.stdin)
    return local.exec(command, { ...options, stdin: all.subarray(0, bytes) })
  },
})
