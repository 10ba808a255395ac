import { createHash } from 'node:crypto'
import { mkdtemp, open, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Secret } from '../shell/secret.ts'
import type { Connection } from './connection.ts'
import { type ExecEntry, openExecLog } from './exec-log.ts'
import { connectLocal } from './local.ts'
import { sendEntries } from './upload.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-log-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** What is written down of these commands, each with what is sent to it; `file` is the log's own. */
const logOf = (...commands: readonly (readonly [command: string, stdin?: string])[]) =>
  logOfAll(async connection => {
    for (const [command, stdin = ''] of commands) await connection.exec(command, { stdin, timeoutSeconds: 5 })
  })

async function logOfAll(act: (connection: Connection) => Promise<unknown>) {
  const file = join(folder, 'log')
  await act(openExecLog(file)(connectLocal('here')))
  const text = await readFile(file, 'utf8')
  const entries = text.trim().split('\n')
  return { file, text, entries: entries.map(line => JSON.parse(line) as ExecEntry) }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

it('tells reads from writes by what the command is', async () => {
  const reading = 'out=$(exec </dev/null\ncat /proc/uptime\n)\n'
  const { file, entries } = await logOf(['sh -s', reading], ['sh -s', `touch ${folder}/made\n`])
  expect(entries.map(({ purpose, why, code }) => ({ purpose, why, code }))).toEqual([
    { purpose: 'read', why: undefined, code: 0 },
    { purpose: 'write', why: 'touch is not known to only read', code: 0 },
  ])
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

it('holds every script once, whole, and its hash each time; how it ended, and how long it took', async () => {
  const script = 'uptime=$(cat /proc/uptime)\n[ -n "$uptime" ]\nexit 3\n'
  const { entries } = await logOf(['sh -s', script], ['true'], ['sh -s', script])
  expect(entries.map(({ script, text, code }) => [script, text, code])).toEqual([
    [sha256(script), script, 3],
    [sha256('true'), 'true', 0],
    [sha256(script), undefined, 3],
  ])
  for (const { at, seconds } of entries) expect([Date.parse(at) <= Date.now(), seconds < 5]).toEqual([true, true])
})

it('knows a script again that has another nonce each time', async () => {
  const { entries } = await logOfAll(async connection => {
    for (const nonce of ['0123456789abcdef', 'fedcba9876543210'])
      await connection.exec('sh -s', { stdin: `echo ${nonce} 0\n`, nonce, timeoutSeconds: 5 })
  })
  const script = 'echo NONCE 0\n'
  expect(entries).toMatchObject([{ script: sha256(script), text: script }, { script: sha256(script) }])
  expect(entries[1]).not.toHaveProperty('text')
})

it('holds of files what and whose they are and where they go, and of none what is in it', async () => {
  const secret = new Secret('a-password-7').reveal()
  const owner = `${process.getuid?.()}:${process.getgid?.()}`
  const large = 'x'.repeat(2 * 1024 * 1024)
  const file = (name: string, content: string) => ({ path: join(folder, name), mode: '0640', owner, content })
  const { text, entries } = await logOfAll(async connection => {
    await sendEntries(connection, [file('plain', 'a canary'), file('secret', `password: ${secret}`)])
    await sendEntries(connection, [file('large', large)])
  })
  expect(text).not.toMatch(/canary|a-password/)
  const named = (name: string) => ({ path: join(folder, name), mode: '0640', owner })
  expect(entries.map(({ code, files }) => [code, files])).toEqual([
    [
      0,
      [
        { ...named('plain'), bytes: 8, sha256: sha256('a canary') },
        { ...named('secret'), bytes: 22 },
      ],
    ],
    [0, [{ ...named('large'), bytes: large.length, sha256: sha256(large) }]],
  ])
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
  expect(await readFile(file, 'utf8')).toContain('"text":"true"')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

it('is refused where it cannot be written, before a host is given anything', () => {
  const opening = () => openExecLog(join(folder, 'no', 'log'))
  expect(opening).toThrow(expect.objectContaining({ exit: 64, message: expect.stringContaining('cannot be written') }))
})

it('masks every secret in a script, and has a hash from which none can be guessed', async () => {
  const secret = new Secret('in-a-script-9').reveal()
  const script = `: first\n: ${secret}\n`
  const { text, entries } = await logOf(['sh -s', script])
  expect(entries[0]).toMatchObject({ text: ': first\n: ***\n', script: sha256(': first\n: ***\n') })
  expect([text.includes('in-a'), text.includes(sha256(script))]).toEqual([false, false])
})
