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

/** What is written down of these commands, each with what is sent to it; `file` is the log's own. */
async function logOf(...commands: readonly (readonly [command: string, stdin?: string])[]) {
  const file = join(folder, 'log')
  const connection = openExecLog(file)(connectLocal('here'))
  for (const [command, stdin = ''] of commands) await connection.exec(command, { stdin, timeoutSeconds: 5 })
  return { file, text: await readFile(file, 'utf8') }
}

it('tells reads from writes by what the command is', async () => {
  const reading = 'out=$(exec </dev/null\ncat /proc/uptime\n)\n'
  const { file, text } = await logOf(['sh -s', reading], ['sh -s', `touch ${folder}/made\n`])
  const entries = text
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
  expect((await logOf(["sh -c 'cat >/dev/null'", 'canary'])).text).not.toContain('canary')
})

it('is its own file, which nobody else may read, where a file stood that everybody may', async () => {
  await writeFile(join(folder, 'log'), 'old', { mode: 0o644 })
  await using reader = await open(join(folder, 'log'))
  const { file, text } = await logOf(['true'])
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(text).not.toContain('old')
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
  const secret = new Secret('in-a-first-line-9').reveal()
  expect((await logOf([`: ${'x'.repeat(110)} ${secret}`])).text).not.toContain('in-a')
})
