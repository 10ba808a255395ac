import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { SshConfig } from './ssh-config.ts'

const folder = mkdtempSync(join(tmpdir(), 'ssh-spelling-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'config')

const read = (text: string) => {
  writeFileSync(file, text)
  return new SshConfig(file).valuesFor('web', { fallback: 'root' })
}

/** Whether OpenSSH's own client takes the file that was read last. */
const sshTakes = () => spawnSync('ssh', ['-G', '-F', file, 'web'], { stdio: 'ignore' }).status === 0

it.each([
  'HostNmae',
  'Usr',
  'Prot',
  'IdentityFiles',
  'ProxyJmp',
  'UserKnownHostFile',
  'Hots',
  'Incude',
])('refuses %s as ssh does, wherever it stands', keyword => {
  const refused = () => read(`Host other\n  ${keyword} one\n`)
  expect(refused).toThrow(expect.objectContaining({ failure: expect.objectContaining({ place: `${file}:2` }) }))
  expect(refused).toThrow(`ssh knows no ${keyword.toLowerCase()}`)
  expect(sshTakes()).toBe(false)
})

it('passes over every keyword that ssh knows', () => {
  const known = execFileSync('ssh', ['-G', '-F', '/dev/null', 'web'], { encoding: 'utf8' })
  const keywords = known.split('\n').flatMap(line => line.match(/^\w+/) ?? [])
  expect(keywords.length).toBeGreaterThan(60)
  const others = ['GlobalKnownHostsFile', 'HostKeyAlgorithms', 'UserKnownHostsFile2', 'IdentityFile2', 'UseKeychain']
  read([...keywords, ...others].map(keyword => `${keyword} 1`).join('\n'))
})

it('passes over what IgnoreUnknown names, in the files that are included, too', () => {
  writeFileSync(join(folder, 'more'), 'HostNmae one\nUser ann\n')
  const values = read(`IgnoreUnknown use*,hostn*\nInclude ${join(folder, 'more')}\n`)
  expect(values.get('user')?.[0]?.words).toEqual(['ann'])
  expect(sshTakes()).toBe(true)
})
