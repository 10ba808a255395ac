import { expect, test } from 'vitest'
import { packagesIndex, releaseFile } from './repository-index.ts'

test('packages are paragraphs: control fields, then where and what hash', () => {
  const one = { control: 'Package: a\nVersion: 1\n', filename: 'amd64/a.deb', size: 7, sha256: 'aa' }
  const text = packagesIndex([one, { ...one, control: 'Package: b\n\n' }])
  expect(text).toBe(
    'Package: a\nVersion: 1\nFilename: amd64/a.deb\nSize: 7\nSHA256: aa\n\n' +
      'Package: b\nFilename: amd64/a.deb\nSize: 7\nSHA256: aa\n',
  )
})

test('the release names each index by hash, size and path', () => {
  const text = releaseFile({
    origin: 'o',
    label: 'l',
    suite: 's',
    codename: 'c',
    date: new Date('2026-11-21T04:05:06Z'),
    files: new Map([['stable/Packages', Buffer.from('abc')]]),
  })
  expect(text).toContain('Date: Sat, 21 Nov 2026 04:05:06 +0000\n')
  expect(text).toContain(
    'SHA256:\n ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad 3 stable/Packages\n',
  )
  expect(text).not.toContain('Components')
})
