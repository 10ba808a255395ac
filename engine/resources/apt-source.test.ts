import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { listName, renderSource } from './apt-source.ts'

const at = (uri: string, suite: string) => listName({ name: 'x', uri, suite, components: [] })

// As apt itself has named them.
test.each([
  ['https://pkgs.k8s.io/core:/stable:/v1.36/deb/', '/', 'pkgs.k8s.io_core:_stable:_v1.36_deb_'],
  ['http://10.55.1.1:8080/a_b~c/debian', 'bookworm', '10.55.1.1:8080_a%5fb%7ec_debian_dists_bookworm_'],
  ['http://user:word@host/debian', 'bookworm', 'host_debian_dists_bookworm_'],
  ['file:/srv/repo', './', '_srv_repo_._'],
])('lists of %s %s', (uri, suite, name) => {
  expect(at(uri, suite)).toBe(name)
})

test('lists on this machine, where it has some, are named as we would', () => {
  const names = readdirSync('/var/lib/apt/lists').filter(name => name.endsWith('_InRelease'))
  for (const name of names) {
    const [, site = '', suite = ''] = name.match(/^(.*)_dists_(.*)_InRelease$/) ?? []
    if (/%|_.*_.*_/.test(site)) continue
    expect(`${at(`http://${site.replace('_', '/')}`, suite)}InRelease`).toBe(name)
  }
})

test('the source names its own keyring', () => {
  const source = { name: 'lab', uri: 'https://example.org/debian', suite: 'bookworm', components: ['main', 'extra'] }
  expect(renderSource(source)).toBe(
    'Types: deb\nURIs: https://example.org/debian\nSuites: bookworm\nComponents: main extra\nSigned-By: /etc/apt/keyrings/lab.asc\n',
  )
})

test('what would be another line or no repository is refused', () => {
  const source = { name: 'lab', uri: 'https://example.org', suite: 'bookworm', components: ['main'] }
  for (const wrong of [
    { uri: 'https://a\nTrusted: yes' },
    { uri: 'ftp://a' },
    { suite: 'a b' },
    { components: [] },
    { components: ['a b'] },
  ]) {
    expect(() => renderSource({ ...source, ...wrong })).toThrow(TypeError)
  }
})
