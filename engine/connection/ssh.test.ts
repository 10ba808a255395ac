import { execFileSync, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Secret } from '../shell/secret.ts'
import type { SshEndpoint } from './connection.ts'
import { knownHostLine } from './known-hosts.ts'
import { connectSsh } from './ssh.ts'
import { KeyRing } from './ssh-keys.ts'
import { sshEndpoint } from './testing/endpoint.ts'
import { type KeyPair, makeKey } from './testing/keys.ts'
import { type Sshd, startSshd } from './testing/sshd.ts'
import { upload } from './upload.ts'

const folder = mkdtempSync(join(tmpdir(), 'andamio-ssh-'))
const knownHostsFile = join(folder, 'known_hosts')
let sshd: Sshd
let hostKey: KeyPair
let user: KeyPair

beforeAll(async () => {
  hostKey = makeKey(folder, 'host')
  user = makeKey(folder, 'user')
  sshd = await startSshd(folder, { host: [hostKey], user })
  writeFileSync(knownHostsFile, knownHostLine('real', hostKey.publicKey))
})
afterAll(async () => {
  await sshd.close()
  rmSync(folder, { recursive: true })
})

const endpoint = (changes: Partial<SshEndpoint> = {}): SshEndpoint =>
  sshEndpoint({ port: sshd.port, identityFiles: [user.file], knownHostsFile, hostKeyAlias: 'real', ...changes })

describe('a real sshd', () => {
  test('runs commands, scripts by stdin and many at once, and counts the answers', async () => {
    const connection = await connectSsh('real', endpoint())
    const result = await connection.exec('echo out; echo err >&2; exit 3', { timeoutSeconds: 5 })
    expect(result).toEqual({ code: 3, stdout: Buffer.from('out\n'), stderr: 'err\n' })
    const script = 'x=$(id -u); echo "root is $x"'
    expect((await connection.exec('sh -s', { stdin: script, timeoutSeconds: 5 })).stdout.toString()).toBe('root is 0\n')
    const numbers = Array.from({ length: 12 }, (_, index) => index)
    const many = await Promise.all(numbers.map(number => connection.exec(`echo ${number}`, { timeoutSeconds: 10 })))
    expect(many.map(({ stdout }) => Number(stdout))).toEqual(numbers)
    expect(connection.roundTrips).toBe(14)
    await connection.close()
  })

  test('names the signal that ended a command', async () => {
    const connection = await connectSsh('real', endpoint())
    expect(await connection.exec('kill -KILL $$', { timeoutSeconds: 5 })).toMatchObject({ code: null, signal: 'KILL' })
    await connection.close()
  })

  test('a command whose time is up is ended there too, and the connection stays good', async () => {
    const connection = await connectSsh('real', endpoint())
    const nap = `sleep 700.${process.pid}`
    const run = connection.exec(nap, { timeoutSeconds: 0.3 })
    await expect(run).rejects.toMatchObject({ failure: { code: 'command-timeout', place: `real: ${nap}` } })
    const gone = async (): Promise<boolean> =>
      (await connection.exec(`pgrep -f '^${nap}'`, { timeoutSeconds: 5 })).stdout.length === 0
    await vi.waitUntil(gone, { timeout: 30_000, interval: 20 })
    await connection.close()
  })

  test('five megabytes go up and come down unharmed', async () => {
    const connection = await connectSsh('real', endpoint())
    const content = randomBytes(5_000_000)
    const path = join(folder, 'five')
    await upload(connection, { path, content, mode: '0600', owner: 'root:root' })
    expect(readFileSync(path).equals(content)).toBe(true)
    const back = await connection.exec(`cat ${path}`, { timeoutSeconds: 20 })
    expect(createHash('sha256').update(back.stdout).digest('hex')).toBe(
      createHash('sha256').update(content).digest('hex'),
    )
    await connection.close()
  })

  test('is reached through two jump hosts', async () => {
    const [outer, inner] = await Promise.all([
      startSshd(folder, { host: [hostKey], user }),
      startSshd(folder, { host: [hostKey], user }, ['PermitTTY no']),
    ])
    const jump = [endpoint({ port: outer.port }), endpoint({ port: inner.port })]
    const connection = await connectSsh('real', endpoint({ jump }))
    const script = "tr '\\0' '\\n' </proc/$PPID/environ >/dev/null; echo $SSH_CONNECTION"
    const result = await connection.exec(script, { timeoutSeconds: 5 })
    expect(result.stdout.toString()).toMatch(new RegExp(` 127.0.0.1 ${sshd.port}\n$`))
    await connection.close()
    await Promise.all([outer.close(), inner.close()])
  })

  test('what a jump host refuses is told of it, not of the host behind', async () => {
    const other = makeKey(folder, 'other')
    const jump = [endpoint({ port: sshd.port, identityFiles: [other.file] })]
    await expect(connectSsh('real', endpoint({ jump }))).rejects.toMatchObject({
      failure: {
        code: 'login-refused',
        message: expect.stringMatching(/^127\.0\.0\.1 \(on the way to real\) accepts none of our keys/),
        next: expect.stringMatching(/authorized_keys on 127\.0\.0\.1 \(on the way to real\)/),
      },
    })
  })

  test('an agent proves who we are', async () => {
    const socket = join(folder, 'agent')
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] })
    await once(agent.stdout, 'data')
    vi.stubEnv('SSH_AUTH_SOCK', socket)
    execFileSync('ssh-add', ['-q', user.file])
    const connection = await connectSsh('real', endpoint({ agent: true, identityFiles: [] }))
    expect((await connection.exec('true', { timeoutSeconds: 5 })).code).toBe(0)
    await connection.close()
    vi.unstubAllEnvs()
    agent.kill()
    await once(agent, 'exit')
  })

  test('an agent that is gone is passed over for the key file', async () => {
    vi.stubEnv('SSH_AUTH_SOCK', join(folder, 'nobody'))
    const connection = await connectSsh('real', endpoint({ agent: true }))
    await connection.close()
    vi.unstubAllEnvs()
  })
})

describe('an encrypted key', () => {
  const locked = (): string => {
    const file = join(folder, 'locked')
    writeFileSync(file, readFileSync(user.file), { mode: 0o600 })
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'right', '-f', file])
    return file
  }

  test('is unlocked by a person: once for all hosts, and a slip is forgiven', async () => {
    const answers = ['wrong', 'right']
    const ask = vi.fn(async () => new Secret(answers.shift() ?? 'asked too often'))
    const keys = new KeyRing(ask)
    const identityFiles = [locked()]
    const hosts = ['a', 'b', 'c'].map(host => connectSsh(host, endpoint({ identityFiles }), { keys }))
    for (const connection of await Promise.all(hosts)) await connection.close()
    expect(ask).toHaveBeenCalledTimes(2)
  })

  test('is not asked for when another key will do', async () => {
    const ask = vi.fn(async () => undefined)
    const connection = await connectSsh('real', endpoint({ identityFiles: [locked(), user.file] }), {
      keys: new KeyRing(ask),
    })
    await connection.close()
    expect(ask).not.toHaveBeenCalled()
  })

  test('with nobody to ask is named, with what to do', async () => {
    const identityFiles = [locked()]
    const run = connectSsh('real', endpoint({ identityFiles }))
    const failure = {
      code: 'login-refused',
      cause: `tried: ${identityFiles[0]} (encrypted)`,
      next: `Unlock the key first: ssh-add ${identityFiles[0]}`,
    }
    await expect(run).rejects.toMatchObject({ exit: 69, failure })
  })
})

test('a key that is not authorized is refused at once, naming what was tried', async () => {
  const stranger = makeKey(folder, 'stranger')
  const onRetry = vi.fn()
  const run = connectSsh('real', endpoint({ identityFiles: [stranger.file, join(folder, 'none')] }), { onRetry })
  const cause = `tried: ${stranger.file}, ${join(folder, 'none')}: no such file`
  await expect(run).rejects.toMatchObject({ exit: 69, failure: { code: 'login-refused', cause } })
  expect(onRetry.mock.calls.length).toBeLessThanOrEqual(1)
})
