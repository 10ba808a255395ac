import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeAuthority } from '../pki/x509.ts'
import { elideArmour } from './elide-armour.ts'
import { unifiedDiff } from './unified-diff.ts'

const { certificate } = await makeAuthority('one', 1)
const other = (await makeAuthority('other', 1)).certificate
const fingerprint = (pem: string) =>
  new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase().slice(0, 16)

const pgp = `-----BEGIN PGP PUBLIC KEY BLOCK-----
Comment: of a repository

${Buffer.from('a key').toString('base64')}
=AbCd
-----END PGP PUBLIC KEY BLOCK-----`

test('a certificate is one line with the fingerprint that people know, and what stands around it stays', () => {
  const lines = certificate.trimEnd().split('\n').length
  expect(elideArmour(`# ours\n${certificate}# end\n`)).toBe(
    `# ours\n-----BEGIN CERTIFICATE----- ${lines} lines, sha256 ${fingerprint(certificate)}\n# end\n`,
  )
})

test('each of several is one, also indented, with other ends of lines, or without a last one', () => {
  const indented = certificate.trimEnd().replace(/^/gm, '    ')
  const shown = elideArmour(`${other}ca: |\n${indented}\n${certificate.replaceAll('\n', '\r\n')}${pgp}`)
  expect(shown.replaceAll(/-----BEGIN (.*)----- \d+ lines, sha256 /g, '$1 ').split('\n')).toEqual([
    `CERTIFICATE ${fingerprint(other)}`,
    'ca: |',
    `    CERTIFICATE ${fingerprint(certificate)}`,
    `CERTIFICATE ${fingerprint(certificate)}`,
    expect.stringMatching(/^PGP PUBLIC KEY BLOCK [0-9a-f]{16}$/),
  ])
})

test('a comment and a checksum are no part of a key', () => {
  expect(elideArmour(pgp.replace('of a repository', 'the same')).slice(-16)).toBe(elideArmour(pgp).slice(-16))
})

test('what only looks like one stays as it is', () => {
  const cut = certificate.slice(0, 200)
  expect(elideArmour(`${cut}\n-----END OTHER-----\n`)).toBe(`${cut}\n-----END OTHER-----\n`)
  expect(elideArmour('-----BEGIN with the beginning\n')).toBe('-----BEGIN with the beginning\n')
})

test('two that differ do so in one line of a diff', () => {
  const diff = unifiedDiff('ca.crt', certificate, other) ?? ''
  expect(diff.split('\n').filter(line => /^[-+](?![-+]{2} )/.test(line))).toEqual([
    expect.stringContaining(`-----BEGIN CERTIFICATE----- `),
    expect.stringContaining(fingerprint(other)),
  ])
})
