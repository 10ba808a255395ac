import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { identify } from '../../engine/process/identity.ts'
import { scratchFolder } from '../testing/fixtures.ts'
import { type Daemon, daemonState, startDaemon, stopDaemon } from './daemon.ts'
import { httpStatus } from './http-status.ts'

const folder = scratchFolder()
const server = fileURLToPath(new URL('./static-server.mjs', import.meta.url))
const signal = new AbortController().signal
let daemon: Daemon
let url: string

beforeEach(async () => {
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  await mkdir(join(folder.path, 'served'))
  await writeFile(join(folder.path, 'served', 'file'), 'content')
  daemon = {
    name: 'sample',
    folder: join(folder.path, 'state'),
    command: [process.execPath, server, join(folder.path, 'served'), '127.0.0.1', String(port)],
    settings: ['1'],
    answers: async () => (await httpStatus(`${url}/file`)) === 200,
  }
})
afterEach(() => stopDaemon(daemon))

const pid = async () => Number.parseInt(await readFile(join(daemon.folder, 'sample.process'), 'utf8'), 10)

test('starts, is left alone while it is as wished, restarts with other settings, and stops', async () => {
  expect(await daemonState(daemon)).toBe('stopped')
  await startDaemon(daemon, signal)
  const first = await pid()
  expect(await daemonState(daemon)).toBe('running')
  await startDaemon(daemon, signal)
  expect(await pid()).toBe(first)
  const other = { ...daemon, settings: ['2'] }
  expect(await daemonState(other)).toBe('running with other settings')
  await startDaemon(other, signal)
  expect(await pid()).not.toBe(first)
  expect(await identify(first)).toBeUndefined()
  await stopDaemon(daemon)
  expect(await httpStatus(url)).toBe(0)
  expect(await daemonState(daemon)).toBe('stopped')
})

test('its note and log are private', async () => {
  await startDaemon(daemon, signal)
  expect((await stat(daemon.folder)).mode & 0o777).toBe(0o700)
  for (const file of ['sample.process', 'sample.log'])
    expect((await stat(join(daemon.folder, file))).mode & 0o777).toBe(0o600)
})

test('a process that was given its number later is neither taken for it nor ended', async () => {
  await startDaemon(daemon, signal)
  const note = join(daemon.folder, 'sample.process')
  const text = await readFile(note, 'utf8')
  const ours = await pid()
  await writeFile(note, text.replace(/^\d+/, String(process.pid)))
  expect(await daemonState(daemon)).toBe('stopped')
  await stopDaemon(daemon)
  expect(await identify(process.pid)).toBeDefined()
  await writeFile(note, text)
  await stopDaemon(daemon)
  expect(await identify(ours)).toBeUndefined()
})

test('one that cannot start says why', async () => {
  const blocker = createServer().listen(Number(new URL(url).port), '127.0.0.1')
  const quick = { ...daemon, startSeconds: 1 }
  await expect(startDaemon(quick, signal)).rejects.toMatchObject({
    failure: { code: 'daemon-not-started', stderr: expect.arrayContaining([expect.stringContaining('EADDRINUSE')]) },
  })
  blocker.close()
})

function freePort(): Promise<number> {
  return new Promise(resolve => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
