import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { knownHostLine } from '../../engine/connection/known-hosts.ts'
import { type KeyPair, makeKey } from '../../engine/connection/testing/keys.ts'
import { type Sshd, startSshd } from '../../engine/connection/testing/sshd.ts'

const program = fileURLToPath(new URL('../ssh.mjs', import.meta.url))
const zx = fileURLToPath(new URL('../../node_modules/zx/build/cli.js', import.meta.url))
/** Names that a shell and ssh itself would read otherwise, were they not quoted. */
const home = mkdtempSync(join(tmpdir(), "andamio it's 100%h "))
const plain = mkdtempSync(join(tmpdir(), 'andamio-login-'))
let hosts: readonly Sshd[]
let hostKey: KeyPair

vi.setConfig({ testTimeout: 60_000 })

beforeAll(async () => {
  hostKey = makeKey(plain, 'host')
  const keys = { host: [hostKey], user: makeKey(home, 'user key') }
  hosts = [await startSshd(plain, keys), await startSshd(plain, keys), await startSshd(plain, keys)]
  mkdirSync(join(home, '.ssh'))
})
afterAll(async () => {
  await Promise.all(hosts.map(host => host.close()))
  rmSync(home, { recursive: true })
  rmSync(plain, { recursive: true })
})

const ports = () => hosts.map(({ port }) => port)

/** ssh.mjs, for a host of this machine. */
function start(host: string, command: readonly string[] = [], env = {}) {
  const inventory = join(home, 'lab.yaml')
  const settings = `{ user: root, key: "./user key", agent: false }`
  const hosts = `  a: { groups: [workers], address: 127.0.0.1, ${host} }\n`
  writeFileSync(inventory, `lab: far\nprovider: static\nstatic: ${settings}\nhosts:\n${hosts}`)
  return spawn(process.execPath, [zx, program, '--inventory', inventory, 'a', ...command], {
    env: { PATH: process.env.PATH, HOME: home, XDG_STATE_HOME: join(home, 'state'), ...env },
  })
}

/** ssh.mjs with what a person types. The host lies behind two others. */
async function login(typed: string, { known = ports(), env = {}, command = [] as readonly string[] } = {}) {
  const [outer, inner, port] = ports()
  const lines = known.map(port => knownHostLine(`[127.0.0.1]:${port}`, hostKey.publicKey))
  writeFileSync(join(home, '.ssh', 'known_hosts'), lines.join(''))
  const child = start(`port: ${port}, jump: ["127.0.0.1:${outer}", "127.0.0.1:${inner}"]`, command, env)
  child.stdin.on('error', () => undefined) // nobody reads it where there is no ssh
  child.stdin.end(typed)
  const [stdout, stderr, [exit]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { exit, stdout, stderr }
}

it('goes through the hosts on the way with the same key and the same known hosts, and ends as the shell ends', async () => {
  const { exit, stdout, stderr } = await login('echo "here: $SSH_CONNECTION"\nexit 7\n')
  expect(stdout, stderr).toContain(`127.0.0.1 ${ports()[2]}`)
  expect(exit).toBe(7)
})

it('ends well where the shell does', async () => {
  expect((await login('true\n')).exit).toBe(0)
})

it.each([
  ['exit 3', 3],
  ['kill -TERM $$', 69],
])('runs a command that stands after --, and `%s` ends it with %d', async (ends, status) => {
  const { exit, stdout, stderr } = await login('typed', { command: ['--', 'echo', '--check', '"a  b";', 'cat;', ends] })
  expect(stdout, stderr).toBe('--check a  b\ntyped')
  expect(exit).toBe(status)
})

it.each([
  ['the host', 2],
  ['one on the way', 0],
])('ends with 69 where %s cannot prove what it is, and nobody is asked', async (_, unknown) => {
  const { exit, stderr } = await login('', { known: ports().filter((_, i) => i !== unknown) })
  expect(stderr).toContain('Host key verification failed')
  expect(exit).toBe(69)
})

it('ends ssh together with itself, also while that waits for a silent host', async () => {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const child = start(`port: ${(server.address() as AddressInfo).port}`)
  const [silent] = (await once(server, 'connection')) as [Socket]
  const left = new Promise(resolve => silent.resume().once('error', resolve).once('close', resolve))
  silent.write('SSH-2.0-silent\r\n') // with this much ssh would wait for ever
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([130, null])
  await left
  server.close()
})

it('names the program that is missing', async () => {
  const { exit, stderr } = await login('', { env: { PATH: home } })
  expect(stderr).toContain('no-ssh')
  expect(exit).toBe(70)
})
