import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { knownHostLine } from '../../engine/connection/known-hosts.ts'
import { type KeyPair, makeKey } from '../../engine/connection/testing/keys.ts'
import { type Sshd, startSshd } from '../../engine/connection/testing/sshd.ts'
import { login } from './login.ts'
import { inProcess } from './testing/in-process.ts'

const zx = fileURLToPath(new URL('../../node_modules/zx/build/cli.js', import.meta.url))
const program = fileURLToPath(new URL('../ssh.mjs', import.meta.url))
/** Names that a shell and ssh itself would read otherwise, were they not quoted. */
const home = mkdtempSync(join(tmpdir(), "andamio it's 100%h "))
const plain = mkdtempSync(join(tmpdir(), 'andamio-login-'))
let hosts: readonly Sshd[]
let hostKey: KeyPair

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

const env = { HOME: home, XDG_STATE_HOME: join(home, 'state') }

/** What ssh.mjs is called with, for a host of this machine. */
function argumentsFor(host: string, command: readonly string[] = []): readonly string[] {
  const inventory = join(home, 'lab.yaml')
  const settings = `{ user: root, key: "./user key", agent: false }`
  const hosts = `  a: { groups: [workers], address: 127.0.0.1, ${host} }\n`
  writeFileSync(inventory, `lab: far\nprovider: static\nstatic: ${settings}\nhosts:\n${hosts}`)
  return ['--inventory', inventory, 'a', ...command]
}

const start = (args: readonly string[]) =>
  spawn(process.execPath, [zx, program, ...args], { env: { PATH: process.env.PATH, ...env } })

function know(ports: readonly number[]): void {
  const lines = ports.map(port => knownHostLine(`[127.0.0.1]:${port}`, hostKey.publicKey))
  writeFileSync(join(home, '.ssh', 'known_hosts'), lines.join(''))
}

/** What it is called with for a host that lies behind two others. */
function behind(command?: readonly string[], known = ports()): readonly string[] {
  const [outer, inner, port] = ports()
  know(known)
  return argumentsFor(`port: ${port}, jump: ["127.0.0.1:${outer}", "127.0.0.1:${inner}"]`, command)
}

/** Within this process; what is typed lies in a file, and what ssh itself says is heard in place of the terminal. */
async function within(args: readonly string[], { typed = '', more = {} } = {}) {
  const [input, told] = [join(plain, 'typed'), join(plain, 'told')]
  writeFileSync(input, typed)
  const [keys, file] = [await open(input), await open(told, 'w')]
  try {
    const stdio = [keys.fd, file.fd, file.fd]
    const { exit, stderr } = await inProcess('ssh', args, { ...env, ...more }, (_, { args: { host = '' }, rest }) => [
      login(host, rest, stdio),
    ])
    return { exit, stderr, ssh: readFileSync(told, 'utf8') }
  } finally {
    await keys.close()
    await file.close()
  }
}

it('goes through the hosts on the way with the same key and the same known hosts, and ends as the shell ends', async () => {
  const { exit, ssh } = await within(behind(), { typed: 'echo "here: $SSH_CONNECTION"\nexit 7\n' })
  expect(ssh).toContain(`127.0.0.1 ${ports()[2]}`)
  expect(exit).toBe(7)
})

it('runs, as a program, a command that stands after --, and what is typed is for that', async () => {
  const child = start(behind(['--', 'echo', '--check', '"a  b";', 'cat;', 'exit 3']))
  child.stdin.on('error', () => undefined) // nobody reads it where there is no ssh
  child.stdin.end('typed')
  const [stdout, stderr, [exit]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  expect(stdout, stderr).toBe('--check a  b\ntyped')
  expect(exit).toBe(3)
})

it.each([
  ['true', 0],
  ['kill -TERM $$', 69],
])('ends with what `%s` ends with', async (ends, status) => {
  know(ports())
  const { exit, ssh } = await within(argumentsFor(`port: ${ports()[0]}`, ['--', 'echo here;', ends]))
  expect([exit, ssh]).toEqual([status, 'here\n'])
})

it.each([
  ['the host', 2],
  ['one on the way', 0],
])('ends with 69 where %s cannot prove what it is, and nobody is asked', async (_, unknown) => {
  const known = ports().filter((_, i) => i !== unknown)
  const { exit, ssh } = await within(behind([], known))
  expect(ssh).toContain('Host key verification failed')
  expect(exit).toBe(69)
})

it('ends ssh together with itself, also while that waits for a silent host', async () => {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const child = start(argumentsFor(`port: ${(server.address() as AddressInfo).port}`))
  const [silent] = (await once(server, 'connection')) as [Socket]
  const left = new Promise(resolve => silent.resume().once('error', resolve).once('close', resolve))
  silent.write('SSH-2.0-silent\r\n') // with this much ssh would wait for ever
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([130, null])
  await left
  server.close()
})

it('names the program that is missing', async () => {
  const { exit, stderr } = await within(behind(), { more: { PATH: home } })
  expect(stderr).toContain('no-ssh')
  expect(exit).toBe(70)
})
