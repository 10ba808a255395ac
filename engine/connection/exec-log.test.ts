import { mkdtemp, open, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Secret } from '../shell/secret.ts'
import { openExecLog } from './exec-log.ts'
import { connectLocal } from './local.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-log-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('tells reads from writes by what the command is', async () => {
  const file = join(folder, 'log')
  const connection = openExecLog(file)(connectLocal('here'))
  await connection.exec('sh -s', { stdin: 'out=$(exec </dev/null\ncat /proc/uptime\n)\n', timeoutSeconds: 5 })
  await connection.exec('sh -s', { stdin: `touch ${folder}/made\n`, timeoutSeconds: 5 })
  const entries = (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(entries.map(({ purpose, why, code }) => ({ purpose, why, code }))).toEqual([
    { purpose: 'read', why: undefined, code: 0 },
    { purpose: 'write', why: 'touch is not known to only read', code: 0 },
  ])
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

it('never holds what is sent as data', async () => {
  const file = join(folder, 'log')
  const connection = openExecLog(file)(connectLocal('here'))
  await connection.exec("sh -c 'cat >/dev/null'", { stdin: 'canary', timeoutSeconds: 5 })
  expect(await readFile(file, 'utf8')).not.toContain('canary')
})

it('is its own file, which nobody else may read, where a file stood that everybody may', async () => {
  const file = join(folder, 'log')
  await writeFile(file, 'old', { mode: 0o644 })
  await using reader = await open(file)
  await openExecLog(file)(connectLocal('here')).exec('true', { timeoutSeconds: 5 })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readFile(file, 'utf8')).not.toContain('old')
  expect(await reader.readFile('utf8')).toBe('old')
})

it('follows a link, which may lead to a terminal, and leaves it', async () => {
  const [file, link] = [join(folder, 'log'), join(folder, 'link')]
  await writeFile(file, '', { mode: 0o644 })
  await symlink(file, link)
  await openExecLog(link)(connectLocal('here')).exec('true', { timeoutSeconds: 5 })
  expect(await readFile(file, 'utf8')).toContain('"firstLine":"true"')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

it('is refused where it cannot be written, before a host is given anything', () => {
  const opening = () => openExecLog(join(folder, 'no', 'log'))
  expect(opening).toThrow(expect.objectContaining({ exit: 64, message: expect.stringContaining('cannot be written') }))
})

it('masks a secret in the first line of a script, also where the line is cut', async () => {
  const file = join(folder, 'log')
  const secret = new Secret('in-a-first-line-9').reveal()
  const script = `: ${'x'.repeat(110)} ${secret}`
  await openExecLog(file)(connectLocal('here')).exec(script, { timeoutSeconds: 5 })
  expect(await readFile(file, 'utf8')).not.toContain('in-a')
})
