import { describe, expect, it } from 'vitest'
import { debianArchives, sourcesFor } from './apt-sources.ts'

const deb822 = `Types: deb
# http://snapshot.debian.org/archive/debian/20250520T000000Z
URIs: http://archive.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb deb-src
URIs: http://archive.example/debian-security
Suites: bookworm-security
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`

const archives = (text: string, name = 'a.list') => debianArchives([{ name, text }])

describe("the machine's Debian archives", () => {
  it('are found in deb822 files, comments and further stanzas or not', () => {
    expect(archives(deb822, 'debian.sources')).toEqual([
      { uri: 'http://archive.example/debian', suites: ['bookworm', 'bookworm-updates'] },
      { uri: 'http://archive.example/debian-security', suites: ['bookworm-security'] },
    ])
  })

  it('are found in one-line files, with options and without', () => {
    expect(archives('deb http://mirror.example/debian bookworm main non-free # ours\n')).toHaveLength(1)
    expect(
      archives(
        'deb [arch=amd64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] https://m.example/x trixie main',
      ),
    ).toEqual([{ uri: 'https://m.example/x', suites: ['trixie'] }])
  })

  it.each([
    ['a vendor with suites of its own', 'deb https://deb.nodesource.com/node_20.x nodistro main'],
    ['a vendor that names a suite like Debian', 'deb https://packages.example.com/php bookworm main'],
    ['a vendor with its own key', 'deb [signed-by=/etc/apt/keyrings/v.gpg] https://v.example/debian bookworm main'],
    ['a component of a vendor', 'deb https://download.example.com/linux/debian bookworm stable'],
    ['sources of packages', 'deb-src http://archive.example/debian bookworm main'],
    ['a comment', '# deb http://archive.example/debian bookworm main'],
    ['a disc', 'deb cdrom:[Debian]/ bookworm main'],
  ])('are not %s', (_, line) => expect(archives(line)).toEqual([]))

  it('are not those that are switched off', () => {
    expect(archives(`Enabled: no\n${deb822.split('\n\n')[0]}`, 'debian.sources')).toEqual([])
  })
})

it("gives the hosts their own release, whatever the machine's is, each archive once", () => {
  const text = sourcesFor([
    { uri: 'http://m.example/debian', suites: ['trixie', 'trixie-updates', 'stable'] },
    { uri: 'http://m.example/debian', suites: ['trixie', 'trixie-updates'] },
  ])
  expect(text.match(/^Suites: .*$/gm)).toEqual(['Suites: bookworm bookworm-updates'])
  expect(text).toContain('URIs: http://m.example/debian\n')
  expect(text).toContain('Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg')
})
