import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { listName, renderSource } from './apt-source.ts'

test('lists are named as apt itself names them', () => {
  const places = [
    ['https://pkgs.k8s.io/core:/stable:/v1.36/deb/', '/'],
    ['http://10.55.1.1:8080/a_b~c/debian', 'bookworm'],
    ['http://user:word@host/debian/', 'bookworm-updates'],
    ['http://host/x@y+z', 'sub/dir/'],
    ['file:/srv/repo', './'],
  ] as const
  const folder = mkdtempSync(join(tmpdir(), 'apt-source-'))
  const list = join(folder, 'some.list')
  writeFileSync(
    list,
    places.map(([uri, suite]) => `deb ${uri} ${suite}${suite.endsWith('/') ? '' : ' main'}\n`).join(''),
  )
  const only = ['-o', `Dir::Etc::sourcelist=${list}`, '-o', 'Dir::Etc::sourceparts=-']
  const told = execFileSync('apt-get', ['update', '--print-uris', ...only], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  rmSync(folder, { recursive: true })
  const named = [...told.matchAll(/ (\S+)InRelease /g)].map(([, name]) => name)
  expect(places.map(([uri, suite]) => listName({ name: 'x', uri, suite, components: [] })).sort()).toEqual(named.sort())
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
