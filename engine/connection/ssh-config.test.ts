import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { type Keyword, SshConfig } from './ssh-config.ts'

const folder = mkdtempSync(join(tmpdir(), 'ssh-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Of OpenSSH's own client: values by keyword, in the order in which it has them. */
function askSsh(file: string, host: string): Map<string, string[]> {
  const said = execFileSync('ssh', ['-G', '-F', file, host], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const values = new Map<string, string[]>()
  for (const line of said.split('\n')) {
    const [, keyword = '', value = ''] = line.match(/^(\S+) (.*)$/) ?? []
    values.set(keyword, [...(values.get(keyword) ?? []), value])
  }
  return values
}

const compared: readonly Keyword[] = ['user', 'port', 'identityfile', 'identitiesonly', 'proxyjump', 'hostkeyalias']

function write(text: string, name = 'config'): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

/** What both make of a file. Where a keyword is set nowhere, ssh's default stands for it. */
function bothOf(text: string, host: string) {
  const file = write(text)
  const theirs = askSsh(file, host)
  const found = new SshConfig(file).valuesFor(host, { fallback: 'root' })
  const ours = (keyword: Keyword) => {
    const words = found.get(keyword)?.map(value => value.words.join(' '))
    // Of no jump at all, ssh tells nothing.
    return keyword === 'proxyjump' && words?.[0] === 'none' ? undefined : words
  }
  const host0 = ours('hostname')?.[0]?.replace(/%([%h])/g, (_, token) => (token === '%' ? '%' : host)) ?? host
  const pairs = compared.map(keyword => [keyword, ours(keyword) ?? theirs.get(keyword), theirs.get(keyword)] as const)
  return [['hostname', [host0], theirs.get('hostname')], ...pairs] as const
}

const host = fc.constantFrom('web', 'db1', 'db2', 'gw.example', '192.0.2.7')
const pattern = fc.constantFrom('*', 'web', 'db?', '!db2', '*.example', '!web', '192.0.2.*', 'db*', 'gw', '?*')
const list = fc.array(pattern, { minLength: 1, maxLength: 3 })
const setting = fc.constantFrom(
  ...['HostName %h.lan', 'HostName gw.example', 'User ann', 'User=bob', 'Port 2222', 'port = 2200'],
  ...['IdentityFile ~/.ssh/a', 'IdentityFile "/keys/b c"', 'IdentityFile /keys/%h', 'IdentitiesOnly yes'],
  ...['ProxyJump gate', 'ProxyJump ann@gw:22,gate', 'ProxyJump none', 'HostKeyAlias one', 'ProxyCommand none'],
  ...['# Port 1', '  Port 3 # 4', 'ServerAliveInterval 5', '', 'IdentityFile /x\\ y', "User 'c d'"],
)
const criterion = fc.oneof(
  list.map(all => `host ${all.join(',')}`),
  list.map(all => `!host ${all.join(',')}`),
  list.map(all => `originalhost ${all.join(',')}`),
  fc.constantFrom('user ann', 'user root,bob', '!user ann', 'localuser root', 'final', '!final', 'canonical'),
)
const block = fc.tuple(
  fc.oneof(
    { weight: 3, arbitrary: list.map(all => `Host ${all.join(' ')}`) },
    { weight: 2, arbitrary: fc.array(criterion, { minLength: 1, maxLength: 2 }).map(all => `Match ${all.join(' ')}`) },
    { weight: 1, arbitrary: fc.constantFrom('Match all', 'Match final all', 'Include %more%', 'Host "web"') },
  ),
  fc.array(setting, { maxLength: 3 }),
)
const text = fc.array(block, { maxLength: 5 }).map(blocks => blocks.flatMap(([head, lines]) => [head, ...lines]))

it('reads a file as ssh does', () => {
  const property = fc.property(text, text, host, (main, included, name) => {
    const more = write(included.join('\n').replaceAll('Include %more%', ''), 'more')
    for (const [keyword, ours, theirs] of bothOf(main.join('\n').replaceAll('%more%', more), name))
      expect([keyword, ours]).toEqual([keyword, theirs])
  })
  fc.assert(property, { numRuns: 60 })
})
