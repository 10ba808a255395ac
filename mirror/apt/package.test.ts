import { expect, test } from 'vitest'
import { conffilesOf, controlOf, type DebPackage, fileNameOf, stanza } from './package.ts'

const sample: DebPackage = {
  name: 'kubelet',
  version: '1.36.3-1.1',
  section: 'net',
  homepage: 'https://kubernetes.io',
  summary: 'Node agent',
  depends: ['mount', 'iptables (>= 1.4.21)'],
  files: [
    { path: '/usr/bin/kubelet', mode: '0755', content: 'x' },
    { path: '/etc/default/kubelet', mode: '0644', content: '' },
  ],
}

test('the control file holds what dpkg asks for, and no empty field', () => {
  expect(controlOf(sample, 82516)).toBe(`Package: kubelet
Version: 1.36.3-1.1
Architecture: amd64
Maintainer: andamio mirror <mirror@andamio.invalid>
Installed-Size: 82516
Depends: mount, iptables (>= 1.4.21)
Section: net
Priority: optional
Homepage: https://kubernetes.io
Description: Node agent
`)
})

test('what lies under /etc is a conffile', () => {
  expect(conffilesOf(sample)).toEqual(['/etc/default/kubelet'])
  expect(fileNameOf(sample)).toBe('kubelet_1.36.3-1.1_amd64.deb')
})

test('a value cannot begin a field of its own', () => {
  expect(() => stanza({ Description: 'fine\nDepends: malware' })).toThrow('Description')
  expect(stanza({ SHA256: '\n abc', Gone: undefined })).toBe('SHA256:\n abc\n')
})
