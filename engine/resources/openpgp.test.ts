import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expiries, fingerprints } from './openpgp.ts'

const home = mkdtempSync(join(tmpdir(), 'andamio-gpg-'))
const gpg = (...args: string[]): Buffer =>
  execFileSync('gpg', ['--homedir', home, '--batch', '--passphrase', '', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
beforeAll(() => {
  // With a subkey each, whose fingerprint is not asked for.
  for (const algorithm of ['rsa2048', 'future-default']) gpg('--quick-gen-key', `${algorithm}@example.org`, algorithm)
})
afterAll(() => {
  execFileSync('gpgconf', ['--homedir', home, '--kill', 'all'])
  rmSync(home, { recursive: true })
})

const saidByGpg = (): string[] => {
  const lines = gpg('--list-keys', '--with-colons').toString().split('\n')
  return lines.filter((_, index) => lines[index - 1]?.startsWith('pub:')).map(line => line.split(':')[9] ?? '')
}

test('gpg and we agree on the fingerprints, armoured or not, of several keys at once', () => {
  expect(saidByGpg()).toHaveLength(2)
  expect(fingerprints(gpg('--export', '--armor').toString())).toEqual(saidByGpg())
  expect(fingerprints(gpg('--export'))).toEqual(saidByGpg())
})

test('one armoured block after another', () => {
  const blocks = saidByGpg().map(one => gpg('--export', '--armor', '--comment', 'a: header', one).toString())
  expect(fingerprints(blocks.join('\n'))).toEqual(saidByGpg())
})

test('what is cut off or no keyring is refused', () => {
  const binary = gpg('--export')
  for (const end of [1, 2, 3, 100, binary.length - 1])
    expect(() => fingerprints(binary.subarray(0, end))).toThrow(TypeError)
  expect(() => fingerprints('<html>')).toThrow(TypeError)
  expect(() => fingerprints(new Uint8Array())).toThrow(TypeError)
})

test('gpg and we agree on when keys expire', () => {
  expect(expiries(gpg('--export'))).toEqual(endsByGpg())
  gpg('--quick-set-expire', fingerprints(gpg('--export'))[0] ?? '', '2040-02-03')
  gpg('--quick-set-expire', fingerprints(gpg('--export'))[1] ?? '', '2031-05-06')
  expect(endsByGpg()).toHaveLength(2)
  expect(expiries(gpg('--export', '--armor').toString())).toEqual(endsByGpg())
  gpg('--quick-set-expire', fingerprints(gpg('--export'))[0] ?? '', 'never')
  expect(expiries(gpg('--export'))).toEqual(endsByGpg())
  expect(() => expiries('')).toThrow(TypeError)
})

/** Of the primary keys, soonest first. */
function endsByGpg(): readonly Date[] {
  const lines = gpg('--list-keys', '--with-colons').toString().split('\n')
  const ends = lines.filter(line => line.startsWith('pub:')).flatMap(line => line.split(':')[6] || [])
  return ends.map(seconds => new Date(Number(seconds) * 1000)).sort((one, other) => one.getTime() - other.getTime())
}
