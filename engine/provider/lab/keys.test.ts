import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { ApiProbe } from '../../resource/probe.ts'
import { absent, type Present } from '../../resource/resource.ts'
import { type HostKeyState, hostKey, type KeyState, loginKey, noHostKey, noLoginKey } from './keys.ts'
import { labLayout } from './layout.ts'
import { readRecord, writeRecord } from './network-record.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keys-'))
})
afterEach(() => rm(folder, { recursive: true }))

const ask = (resource: { probe: unknown }) => (resource.probe as ApiProbe<KeyState, undefined>).read(undefined)
const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o777).toString(8)

it('makes a host key that OpenSSH reads, known under the name of the host', async () => {
  const layout = labLayout(folder).host('cp')
  const key = hostKey('cp', layout)
  expect(await ask(key)).toEqual(absent)
  await key.apply(undefined, absent)

  expect(await modeOf(layout.hostKey)).toBe('600')
  const derived = execFileSync('ssh-keygen', ['-y', '-f', layout.hostKey], { encoding: 'utf8' }).trim()
  const [type, public64] = (await readFile(`${layout.hostKey}.pub`, 'utf8')).split(' ')
  expect(derived.split(' ').slice(0, 2)).toEqual([type, public64])
  const found = execFileSync('ssh-keygen', ['-F', 'cp', '-f', layout.knownHosts], { encoding: 'utf8' })
  expect(found).toContain(`cp ssh-ed25519 ${public64}`)

  const answer = await ask(key)
  const printed = execFileSync('ssh-keygen', ['-lf', layout.hostKey], { encoding: 'utf8' }).split(' ')[1]
  expect(answer).toEqual({ is: 'present', state: { fingerprint: printed, known: true } })
  expect(key.diff(answer as never, { change: () => false })).toEqual([])
})

it('takes a pair that was cut off for none', async () => {
  const key = loginKey('lab', folder)
  await key.apply(undefined, absent)
  await rm(`${labLayout(folder).loginKey}.pub`)
  expect(await ask(key)).toEqual(absent)
})

it('makes a key anew that was cut off before it was known under the name of the host', async () => {
  const layout = labLayout(folder).host('cp')
  const key = hostKey('cp', layout)
  await mkdir(`${layout.knownHosts}.new`, { recursive: true })
  await expect(async () => key.apply(undefined, absent)).rejects.toThrow('EISDIR')
  expect(await ask(key)).toEqual(absent)
  await rmdir(`${layout.knownHosts}.new`)
  await key.apply(undefined, absent)
  const [, public64] = (await readFile(`${layout.hostKey}.pub`, 'utf8')).split(' ')
  expect(await readFile(layout.knownHosts, 'utf8')).toBe(`cp ssh-ed25519 ${public64}\n`)
})

it.each([
  ['is lost', (path: string) => rm(path)],
  ['holds another key', (path: string) => writeFile(path, 'cp ssh-ed25519 AAAA\n')],
])('makes a key known again where the file for that %s, and the key stays', async (_, harm) => {
  const layout = labLayout(folder).host('cp')
  const key = hostKey('cp', layout)
  await key.apply(undefined, absent)
  const [before, known] = [await readFile(layout.hostKey, 'utf8'), await readFile(layout.knownHosts, 'utf8')]
  await harm(layout.knownHosts)
  const is = (await ask(key)) as Present<HostKeyState>
  expect(key.diff(is, { change: () => false })).toEqual([{ attribute: 'known', before: false, after: true }])
  await key.apply(undefined, is)
  expect([await readFile(layout.hostKey, 'utf8'), await readFile(layout.knownHosts, 'utf8')]).toEqual([before, known])
  expect(key.diff((await ask(key)) as typeof is, { change: () => false })).toEqual([])
})

it('ends the identity of one host: folder and address, and nothing of the other', async () => {
  const lab = labLayout(folder)
  for (const host of ['cp', 'nfs']) await hostKey(host, lab.host(host)).apply(undefined, absent)
  writeRecord(lab.network, { subnet: '10.55.0.0/24', addresses: { cp: '10.55.0.10', nfs: '10.55.0.11' } })
  const gone = noHostKey('cp', folder)
  await gone.apply(undefined, absent)
  expect(await ask(gone)).toEqual(absent)
  expect(await readdir(lab.hosts)).toEqual(['nfs'])
  expect(readRecord(lab.network)?.addresses).toEqual({ nfs: '10.55.0.11' })
})

it('goes on with a removal that was cut off after the key', async () => {
  const layout = labLayout(folder).host('cp')
  await hostKey('cp', layout).apply(undefined, absent)
  await rm(layout.hostKey)
  await rm(`${layout.hostKey}.pub`)
  const gone = noHostKey('cp', folder)
  expect(gone.diff((await ask(gone)) as never, { change: () => false })).toHaveLength(1)
  await gone.apply(undefined, absent)
  expect(await ask(gone)).toEqual(absent)
})

it('removes the login key, and the folder of hosts once it is empty', async () => {
  await loginKey('lab', folder).apply(undefined, absent)
  await mkdir(labLayout(folder).hosts)
  await noLoginKey('lab', folder).apply(undefined, absent)
  expect(await readdir(folder)).toEqual([])
})
