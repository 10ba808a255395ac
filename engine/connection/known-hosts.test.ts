import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { SshEndpoint } from './connection.ts'
import { HostKeyCheck } from './host-key.ts'
import { knownHostLine } from './known-hosts.ts'
import { addKnownHost, readKnownHosts } from './known-hosts-file.ts'
import { connectSsh } from './ssh.ts'
import { sshEndpoint } from './testing/endpoint.ts'
import { type FakeHost, startFakeHost } from './testing/fake-host.ts'
import { type KeyPair, makeKey } from './testing/keys.ts'

const folder = mkdtempSync(join(tmpdir(), 'andamio-known-'))
const file = join(folder, 'known_hosts')
let key: KeyPair
let other: KeyPair
let rsa: KeyPair
let host: FakeHost

beforeAll(async () => {
  key = makeKey(folder, 'host')
  other = makeKey(folder, 'other')
  rsa = makeKey(folder, 'rsa', { type: 'rsa' })
  host = await startFakeHost({ hostKeys: [key, rsa] })
})
beforeEach(() => rmSync(file, { force: true }))
afterAll(async () => {
  await host.close()
  rmSync(folder, { recursive: true })
})

const endpoint = (changes: Partial<SshEndpoint> = {}): SshEndpoint =>
  sshEndpoint({ port: host.port, identityFiles: [other.file], knownHostsFile: file, ...changes })

/** `ok`, or the code of the refusal, of a real login. */
async function logIn(
  text: string | undefined,
  changes: Partial<SshEndpoint> = {},
  acceptNewHostKeys = false,
): Promise<string> {
  if (text !== undefined) writeFileSync(file, text)
  const before = host.logins
  try {
    const connection = await connectSsh('host', endpoint(changes), { acceptNewHostKeys })
    await connection.close()
    return 'ok'
  } catch (error) {
    expect(error).toMatchObject({ exit: 65 })
    expect(host.logins).toBe(before) // refused before we said who we are
    return (error as { failure: { code: string } }).failure.code
  }
}

const here = (): string => `[127.0.0.1]:${host.port}`
const line = (names: string, pair: KeyPair = key): string => knownHostLine(names, pair.publicKey)

describe('a host is let pass only by a key that known_hosts holds for it', () => {
  const cases: Record<string, [text: () => string | undefined, verdict: string, changes?: () => Partial<SshEndpoint>]> =
    {
      'no file': [() => undefined, 'host-key-unknown'],
      'empty file': [() => '', 'host-key-unknown'],
      'no line of it': [() => line('elsewhere'), 'host-key-unknown'],
      'its key': [() => line(here()), 'ok'],
      'its key, file without a last newline': [() => line(here()).trimEnd(), 'ok'],
      'another key': [() => line(here(), other), 'host-key-changed'],
      'another key of its own besides': [() => line(here(), other) + line(here()), 'ok'],
      'its revoked key': [() => `${line(here())}@revoked ${line('*')}`, 'host-key-revoked'],
      'a revoked key of another host': [() => `${line(here())}@revoked ${line('elsewhere')}`, 'ok'],
      'its port, and 22 is another matter': [() => line('127.0.0.1'), 'host-key-unknown'],
      'a wildcard': [() => line('[127.0.0.?]:*'), 'ok'],
      'a wildcard that leaves it out': [() => line(`[127.0.0.*]:*,!${here()}`), 'host-key-unknown'],
      'a list of names': [() => line(`elsewhere,${here()}`), 'ok'],
      'only an authority': [() => `@cert-authority ${line('*')}`, 'host-key-unknown'],
      'two algorithms': [() => line(here()) + line(here(), rsa), 'ok'],
      'only its RSA key, though it has better': [() => line(here(), rsa), 'ok'],
      'malformed lines around': [() => `${here()}\n${here()} ssh-ed25519 %%%\n${line(here())}`, 'ok'],
      'a line whose type lies': [() => line(here()).replace('ssh-ed25519', 'ssh-rsa'), 'host-key-unknown'],
      'an alias': [() => line('cp'), 'ok', () => ({ hostKeyAlias: 'cp' })],
      'another alias': [() => line('cp') + line(here()), 'host-key-unknown', () => ({ hostKeyAlias: 'worker1' })],
    }
  for (const [name, [text, verdict, changes]] of Object.entries(cases)) {
    test(`${name}: ${verdict}`, async () => {
      expect(await logIn(text(), changes?.())).toBe(verdict)
    })
  }

  test('names hashed by OpenSSH: ok', async () => {
    writeFileSync(file, line(here()))
    execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' })
    expect(readFileSync(file, 'utf8')).toMatch(/^\|1\|/)
    expect(await logIn(undefined)).toBe('ok')
    expect(await logIn(undefined, { hostKeyAlias: 'elsewhere' })).toBe('host-key-unknown')
  })

  test('a key of a type that the host has no longer: changed', async () => {
    const ecdsa = makeKey(folder, 'ecdsa', { type: 'ecdsa' })
    expect(await logIn(line(here(), ecdsa))).toBe('host-key-changed')
  })

  test('a new host is remembered when asked for, a changed one never accepted', async () => {
    expect(await logIn('', {}, true)).toBe('ok')
    expect(await logIn(undefined)).toBe('ok')
    expect(await logIn(line(here(), other), {}, true)).toBe('host-key-changed')
  })

  test('the refusal shows both fingerprints, the file and its unreadable lines', async () => {
    writeFileSync(file, `garbage\n${line(here(), other)}`)
    const check = await HostKeyCheck.read('cp', endpoint())
    const printed = (pair: KeyPair): string =>
      execFileSync('ssh-keygen', ['-lf', `${pair.file}.pub`], { encoding: 'utf8' }).split(' ')[1] ?? ''
    const error = await check.verify(key.publicKey).catch(refusal => refusal.failure)
    expect(error.cause).toContain(printed(key))
    expect(error.cause).toContain(printed(other))
    expect(error.cause).toContain(`${file} under ${here()}; unreadable lines: 1`)
    expect(error.next).toContain(`ssh-keygen -R '${here()}' -f ${file}`)
  })
})

describe('the file', () => {
  test('is 0600 from creation, and OpenSSH finds in it what we wrote', async () => {
    await addKnownHost(file, here(), key.publicKey)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(execFileSync('ssh-keygen', ['-F', here(), '-f', file], { encoding: 'utf8' })).toContain(
      key.publicLine.split(' ')[1],
    )
  })

  test('keeps every line when processes and hosts add at the same time', async () => {
    const names = Array.from({ length: 60 }, (_, number) => `host${number}`)
    const outsider = spawn('sh', [
      '-c',
      `i=0; while [ $i -lt 200 ]; do echo "out$i ${other.publicLine}" >>"$1"; i=$((i+1)); done`,
      'sh',
      file,
    ])
    await Promise.all([once(outsider, 'exit'), ...names.map(name => addKnownHost(file, name, key.publicKey))])
    const { entries, malformed } = await readKnownHosts(file)
    expect(malformed).toEqual([])
    expect(new Set(entries.map(entry => entry.names)).size).toBe(260)
  })

  test('is read once while nobody changes it, and anew when somebody has', async () => {
    writeFileSync(file, line('cp'))
    const readings = async () => new Set([await readKnownHosts(file), await readKnownHosts(file)]).size
    await expect.poll(readings, { timeout: 10_000 }).toBe(1)
    await addKnownHost(file, 'worker1', other.publicKey)
    const names = async () => (await readKnownHosts(file)).entries.map(entry => entry.names)
    expect(await names()).toEqual(['cp', 'worker1'])
    await expect.poll(readings, { timeout: 10_000 }).toBe(1)
    // As `ssh-keygen -R` does it.
    writeFileSync(`${file}.new`, line('cp'))
    renameSync(`${file}.new`, file)
    expect(await names()).toEqual(['cp'])
    rmSync(file)
    expect(await names()).toEqual([])
  })

  test('holds a key once for each name, and keeps what people have written', async () => {
    const pattern = `*,!cp ${other.publicLine}\n# note\n`
    writeFileSync(file, pattern)
    for (const name of ['cp', 'worker1', 'cp']) await addKnownHost(file, name, key.publicKey)
    expect(readFileSync(file, 'utf8')).toBe(`${pattern}${line('cp')}${line('worker1')}`)
  })
})
