import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeEach, expect, test } from 'vitest'
import type { Connection } from './connection.ts'
import { connectLocal } from './local.ts'
import { upload } from './upload.ts'
import { pieceBytes } from './upload-stream.ts'

const top = mkdtempSync(join(tmpdir(), 'andamio-upload-stream-'))
const folder = join(top, "it's a folder")
const path = join(folder, 'file')
const local = connectLocal('here')

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
})
afterAll(() => rmSync(top, { recursive: true }))

const put = (connection: Connection, content: Uint8Array) =>
  upload(connection, { path, content, mode: '0600', owner: '0:0' })

/** What is sent goes through `change` on its way. */
const between = (change: (sent: Buffer) => Buffer): Connection => ({
  host: 'here',
  roundTrips: 0,
  close: async () => undefined,
  forward: local.forward,
  exec: async (command, options) => {
    if (!(options.stdin instanceof Readable)) throw new Error('what is large is a stream')
    return local.exec(command, { ...options, stdin: change(Buffer.concat(await options.stdin.toArray())) })
  },
})

test.each([1, pieceBytes - 1, pieceBytes, pieceBytes + 1])('%i bytes more than is small arrive whole', async more => {
  const content = Buffer.alloc(1024 * 1024 + more, 'content\0\n')
  await put(local, content)
  expect(readFileSync(path).equals(content)).toBe(true)
  expect(readdirSync(folder)).toEqual(['file'])
})

test('arrives where there is no openssl, too', async () => {
  const programs = join(top, 'programs')
  mkdirSync(programs)
  for (const name of readdirSync('/usr/bin').filter(name => name !== 'openssl'))
    symlinkSync(join('/usr/bin', name), join(programs, name))
  const bare = connectLocal('here', { env: { PATH: programs } })
  expect((await bare.exec('command -v openssl', { timeoutSeconds: 5 })).code).not.toBe(0)
  const content = Buffer.alloc(3_000_001, 'x')
  await put(bare, content)
  expect(readFileSync(path).equals(content)).toBe(true)
})

const spoilt = (sent: Buffer): Buffer => {
  const copy = Buffer.from(sent)
  copy[1_500_000] = 0xff
  return copy
}

test.each<[string, (sent: Buffer) => Buffer]>([
  ['spoilt on its way', spoilt],
  ['cut in the content', sent => sent.subarray(0, 1_500_000)],
  ['cut before the sum', sent => sent.subarray(0, 3_000_000)],
  ['cut within the sum', sent => sent.subarray(0, 3_000_030)],
])('%s, the old content stays and nothing is left behind', async (_, change) => {
  writeFileSync(path, 'old')
  await expect(put(between(change), Buffer.alloc(3_000_000, 'new'))).rejects.toMatchObject({
    failure: { code: 'upload-failed' },
  })
  expect(readFileSync(path, 'utf8')).toBe('old')
  expect(readdirSync(folder)).toEqual(['file'])
})

// Linux tells a failure to write once: a sync that comes later finds all well.
test('a disk that fails while the file comes is not forgotten at its end', async () => {
  const shims = join(top, 'shims')
  mkdirSync(shims)
  const failing = '[ "$1" != -d ] || { echo "sync: error syncing: Input/output error" >&2; exit 1; }'
  writeFileSync(join(shims, 'sync'), `#!/bin/sh\n${failing}\nexec /bin/sync "$@"\n`, { mode: 0o755 })
  writeFileSync(path, 'old')
  const worn = connectLocal('here', { env: { PATH: `${shims}:/usr/bin:/bin` } })
  await expect(put(worn, Buffer.alloc(3_000_000, 'new'))).rejects.toMatchObject({
    failure: { code: 'upload-failed', cause: 'sync: error syncing: Input/output error' },
  })
  expect(readFileSync(path, 'utf8')).toBe('old')
  expect(readdirSync(folder)).toEqual(['file'])
})

test('says that a disk is full', async () => {
  const mounted = 'mount -t tmpfs -o size=4m none "$0" && exec "$@"'
  const full = connectLocal('here', { wrapper: ['unshare', '-m', 'sh', '-c', mounted, folder] })
  await expect(put(full, Buffer.alloc(8_000_000))).rejects.toMatchObject({
    failure: { code: 'upload-failed', cause: expect.stringMatching(/^dd: .*No space left on device$/) },
  })
})
