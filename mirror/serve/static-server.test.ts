import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { httpStatus } from './http-status.ts'

const program = fileURLToPath(new URL('./static-server.mjs', import.meta.url))
// Loopback has 16 million addresses: one that no other test listens at.
const address = `127.${(process.pid >> 16) & 255}.${(process.pid >> 8) & 255}.${(process.pid & 127) + 2}`
const port = 8140
let server: ChildProcess
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-static-'))
  const root = join(folder, 'root')
  await mkdir(join(root, 'core:', 'deb'), { recursive: true })
  await writeFile(join(root, 'core:', 'deb', 'a~b_1+2.deb'), '0123456789')
  await writeFile(join(folder, 'secret'), 'secret')
  await symlink('../secret', join(root, 'link'))
  server = spawn(process.execPath, [program, root, address, String(port)], { stdio: 'inherit' })
  for (const end = Date.now() + 10_000; (await httpStatus(`http://${address}:${port}/`)) === 0; await pause(20))
    if (Date.now() > end) throw new Error('waited 10 s for the server')
})
afterAll(async () => {
  server.kill()
  await rm(folder, { recursive: true })
})

/** Sends the path as it is, which `fetch` would tidy up first. */
const ask = (path: string, options: { method?: string; range?: string } = {}) =>
  new Promise<{ status: number; body: string; length: string | undefined }>((resolve, reject) => {
    const { method = 'GET', range } = options
    request({ host: address, port, path, method, headers: range ? { range } : {} }, answer => {
      let body = ''
      answer.on('data', chunk => {
        body += chunk
      })
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, body, length: answer.headers['content-length'] }),
      )
    })
      .on('error', reject)
      .end()
  })

test('gives a file whole, from an offset, and its size alone', async () => {
  const path = '/core:/deb/a%7eb_1+2.deb'
  expect(await ask(path)).toMatchObject({ status: 200, body: '0123456789', length: '10' })
  expect(await ask(path, { range: 'bytes=7-' })).toMatchObject({ status: 206, body: '789' })
  expect(await ask(path, { range: 'bytes=10-' })).toMatchObject({ status: 416 })
  expect(await ask(path, { method: 'HEAD' })).toMatchObject({ status: 200, body: '', length: '10' })
})

test.each([
  '/../secret',
  '/core:/../../secret',
  '/..%2fsecret',
  '/%2e%2e/secret',
  '/link',
  '//secret',
  '/core:',
  '/',
  '/nothing',
  '/%00',
  '/%zz',
])('%s is not found', async path => {
  expect(await ask(path)).toMatchObject({ status: 404, body: '' })
})

test.each(['POST', 'PUT', 'DELETE'])('%s is refused', async method => {
  expect(await ask('/core:/deb/a~b_1+2.deb', { method })).toMatchObject({ status: 405 })
})
