import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, get } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { existingAuthority, openAuthority } from './authority.ts'
import { whyRenew } from './standing.ts'
import { makeAuthority } from './x509.ts'

const run = promisify(execFile)
const names = ['registry.lab.internal', '127.0.0.1']
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'andamio-pki-'))
})
afterEach(() => rm(folder, { recursive: true }))

test('an authority is made once and opened again as the same', async () => {
  expect(await existingAuthority(folder)).toBeUndefined()
  const first = await openAuthority(folder, 'demo')
  const again = await openAuthority(folder, 'other')
  expect(again.certificate).toBe(first.certificate)
  const certificate = new X509Certificate(first.certificate)
  expect(certificate.ca).toBe(true)
  expect(certificate.subject).toBe('CN=andamio lab demo')
})

test('a TLS client that trusts the authority accepts the server under its name and its address, and no other', async () => {
  const authority = await openAuthority(folder, 'demo')
  const { key, certificate } = await authority.server('registry', names)
  const server = createServer({ key: key.reveal(), cert: certificate }, (_, answer) => answer.end('hello'))
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const port = (server.address() as AddressInfo).port
  const ask = (servername: string | undefined, ca: string) =>
    new Promise<string>((done, fail) => {
      const options = { host: '127.0.0.1', port, ca, agent: false, ...(servername ? { servername } : {}) }
      get(options, answer => answer.on('data', text => done(String(text)))).on('error', fail)
    })
  try {
    expect(await ask(undefined, authority.certificate)).toBe('hello')
    expect(await ask('registry.lab.internal', authority.certificate)).toBe('hello')
    await expect(ask('elsewhere.lab.internal', authority.certificate)).rejects.toThrow('altnames')
    const stranger = await makeAuthority('stranger', 10)
    await expect(ask(undefined, stranger.certificate)).rejects.toThrow(/unable to|self-signed/)
  } finally {
    server.close()
  }
})

test('OpenSSL finds the chain sound for a server', async () => {
  const authority = await openAuthority(folder, 'demo')
  await authority.server('registry', names)
  const file = (name: string) => join(folder, 'pki', name)
  const args = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', file('ca.crt'), file('registry.crt')]
  expect((await run('openssl', args)).stdout).toContain('OK')
})

test('every file is 0600 in a folder of 0700, whatever the umask', async () => {
  const umask = process.umask(0)
  try {
    await (await openAuthority(folder, 'demo')).server('registry', names)
  } finally {
    process.umask(umask)
  }
  expect((await stat(join(folder, 'pki'))).mode & 0o777).toBe(0o700)
  const files = await readdir(join(folder, 'pki'))
  expect(files.sort()).toEqual(['ca.crt', 'ca.key', 'registry.crt', 'registry.key'])
  for (const file of files) expect((await stat(join(folder, 'pki', file))).mode & 0o777).toBe(0o600)
})

test('a certificate is kept while it fits and made anew when its names change', async () => {
  const authority = await openAuthority(folder, 'demo')
  const first = await authority.server('registry', names)
  expect((await authority.server('registry', [...names].reverse())).certificate).toBe(first.certificate)
  const moved = ['registry.lab.internal', '127.0.0.2']
  expect(await authority.existingServer('registry', moved)).toBeUndefined()
  const second = await authority.server('registry', moved)
  expect(second.certificate).not.toBe(first.certificate)
  expect((await authority.existingServer('registry', moved))?.certificate).toBe(second.certificate)
})

test('says why a certificate must be renewed', async () => {
  const authority = await openAuthority(folder, 'demo')
  const { key, certificate } = await authority.server('registry', ['::1', ...names])
  const pair = { key: key.reveal(), certificate }
  const later = (days: number) => new Date(Date.now() + days * 86_400_000)
  const why = (changes: object, days = 0) =>
    whyRenew({ ...pair, ...changes }, authority.certificate, [...names, '::1'], later(days))
  expect(why({})).toBeUndefined()
  expect(why({}, 366)).toBeUndefined()
  expect(why({}, 368)).toContain('it ends on')
  expect(why({ certificate: 'garbage' })).toBe('it cannot be read')
  expect(why({ key: await readFile(join(folder, 'pki', 'ca.key'), 'utf8') })).toBe('its key is another')
  expect(why({ certificate: (await makeAuthority('x', 9)).certificate })).toBe('another authority signed it')
})

test('a certificate may be made for a shorter time, and is kept until a month before its end', async () => {
  const authority = await openAuthority(folder, 'demo')
  const { certificate } = await authority.server('short', names, 90)
  const days = (Date.parse(new X509Certificate(certificate).validTo) - Date.now()) / 86_400_000
  expect(days).toBeGreaterThan(89.9)
  expect(days).toBeLessThanOrEqual(90)
  expect((await authority.server('short', names, 90)).certificate).toBe(certificate)
  const ending = await authority.server('ending', names, 29)
  expect(await authority.existingServer('ending', names)).toBeUndefined()
  expect((await authority.server('ending', names, 90)).certificate).not.toBe(ending.certificate)
})

test('an authority near its end is an error that names the way out', async () => {
  await openAuthority(folder, 'demo')
  const short = await makeAuthority('andamio lab demo', 29)
  await writeFile(join(folder, 'pki', 'ca.crt'), short.certificate)
  await expect(openAuthority(folder, 'demo')).rejects.toMatchObject({
    failure: { code: 'authority-expired', next: expect.stringContaining('Move') },
  })
})

test('a key that was written without its certificate, by a killed run, is made again whole', async () => {
  const before = await openAuthority(folder, 'demo')
  await rm(join(folder, 'pki', 'ca.crt'))
  const after = await openAuthority(folder, 'demo')
  expect(after.certificate).not.toBe(before.certificate)
  await expect(after.server('registry', names)).resolves.toHaveProperty('certificate')
})
