import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, it, vi } from 'vitest'
import { SshConfig } from './ssh-config.ts'
import { type AskedLogin, endpointOf } from './ssh-config-endpoint.ts'

const home = mkdtempSync(join(tmpdir(), 'ssh-home-'))
mkdirSync(join(home, '.ssh', 'conf.d'), { recursive: true })
beforeEach(() => vi.stubEnv('HOME', home))
afterEach(() => vi.unstubAllEnvs())
afterAll(() => rmSync(home, { recursive: true }))

function login(text: string, asked: AskedLogin) {
  writeFileSync(join(home, '.ssh', 'config'), text)
  return endpointOf(asked, new SshConfig(), 'root')
}

const refusal = (text: string, asked: AskedLogin = { host: 'w1' }) => {
  try {
    login(text, asked)
  } catch (error) {
    const { exit, failure } = error as { exit: number; failure: { code: string; place: string; message: string } }
    expect([exit, failure.code]).toEqual([64, 'ssh-config-invalid'])
    return `${failure.place} ${failure.message}`
  }
  return 'none'
}

it('takes what ssh would, and says where it stands', () => {
  const text = `Host w*
    HostName %h.lan
    User deploy
    Port 2222
    IdentityFile ~/.ssh/%h-%r
    IdentityFile "%d/key of %n"
    IdentitiesOnly yes
    IdentityAgent \${AGENT}/%u
    UserKnownHostsFile ~/known %d/other
    HostKeyAlias one
`
  vi.stubEnv('AGENT', '/run/agents')
  expect(login(text, { host: 'w1' })).toEqual({
    address: 'w1.lan',
    user: 'deploy',
    port: 2222,
    identityFiles: [`${home}/.ssh/w1.lan-deploy`, `${home}/key of w1`],
    agent: true,
    agentSocket: `/run/agents/${userInfo().username}`,
    identitiesOnly: true,
    knownHostsFile: `${home}/known`,
    hostKeyAlias: 'one',
    jump: [],
    saidIn: [2, 3, 4, 5, 6, 10, 8, 7, 9].map(line => `~/.ssh/config:${line}`),
  })
})

it('lets the inventory win', () => {
  const text = 'Host *\n  User deploy\n  Port 2222\n  IdentityFile /theirs\n  ProxyJump gate\n  IdentityAgent none\n'
  const asked = { host: '192.0.2.1', user: 'me', port: 22, identityFiles: ['/mine'], agent: true, jump: [] }
  expect(login(text, asked)).toMatchObject({
    ...{ address: '192.0.2.1', user: 'me', port: 22, identityFiles: ['/mine'], agent: true, jump: [] },
  })
})

it('asks `Match user` of the user that the inventory gives, else of the usual one', () => {
  const text = 'Match user ann\n  Port 2200\nMatch user root\n  Port 2201\n'
  expect(login(text, { host: 'w1', user: 'ann' }).port).toBe(2200)
  expect(login(text, { host: 'w1' }).port).toBe(2201)
})

it("has ssh's own defaults where nothing is said", () => {
  const { saidIn, ...rest } = login('', { host: 'w1' })
  const usual = { address: 'w1', port: 22, user: 'root', identityFiles: [], agent: true, jump: [] }
  expect(rest).toEqual({ ...usual, knownHostsFile: `${home}/.ssh/known_hosts` })
  writeFileSync(join(home, '.ssh', 'id_ed25519'), '')
  expect(login('', { host: 'w1' }).identityFiles).toEqual([`${home}/.ssh/id_ed25519`])
  expect(login('IdentityFile none\n', { host: 'w1' }).identityFiles).toEqual([])
  rmSync(join(home, '.ssh', 'id_ed25519'))
})

it('goes through the hosts on the way, each by its own lines, the outermost by its own way', () => {
  const text = `Host w1
    ProxyJump ann@outer:2201,inner
Host outer
    HostName 192.0.2.9
    ProxyJump gate
    User bob
Host inner
    User carl
    ProxyJump nowhere
Host gate
    HostName %h.%%.example
`
  const { jump } = login(text, { host: 'w1', user: 'me', identityFiles: ['/mine'] })
  const gate = { address: 'gate.%.example', user: 'ann', port: 22, jump: [], identityFiles: ['/mine'] }
  expect(jump).toMatchObject([
    { address: '192.0.2.9', user: 'ann', port: 2201, identityFiles: ['/mine'], jump: [{ ...gate, user: 'me' }] },
    { address: 'inner', user: 'carl', port: 22, jump: [] },
  ])
})

it('takes a ProxyCommand that only goes through another host for a jump', () => {
  const only = (command: string) => {
    const file = join(home, 'own')
    writeFileSync(file, `Host w1\n  ProxyCommand ${command}\n`)
    return endpointOf({ host: 'w1' }, new SshConfig(file), 'root').jump
  }
  expect(only('ssh -q -W %h:%p ann@gate')).toMatchObject([{ address: 'gate', user: 'ann', port: 22 }])
  expect(only('exec ssh gate -p 2222 -W [%h]:%p')).toMatchObject([{ address: 'gate', port: 2222 }])
  expect(only('none')).toEqual([])
  expect(() => only('nc %h %p')).toThrow('ProxyCommand is not run here: nc %h %p')
  expect(() => only('ssh gate nc %h %p')).toThrow('ProxyCommand is not run here')
})

it('reads included files where they are named, and those of an inactive block not', () => {
  writeFileSync(join(home, '.ssh', 'conf.d', '10-a.conf'), 'Host w1\n  User first\n')
  writeFileSync(join(home, '.ssh', 'conf.d', '20-b.conf'), 'Host w1\n  User second\n  Port 2200\n')
  writeFileSync(join(home, '.ssh', 'conf.d', '.hidden.conf'), 'Port 1\n')
  const text = 'Host other\n  Include ~/.ssh/none\nHost *\n  Include conf.d/*.conf\n  Port 2201\n'
  expect(login(text, { host: 'w1' })).toMatchObject({ user: 'first', port: 2200 })
  expect(login('Host other\n  Include conf.d/*.conf\n', { host: 'w1' })).toMatchObject({ user: 'root', port: 22 })
})

it.each([
  ['Port 99999', '~/.ssh/config:1 99999 is no port'],
  ['User', '~/.ssh/config:1 user has no value'],
  ['User "a', '~/.ssh/config:1 the quote " is not closed'],
  ['HostName -oProxyCommand=x', '~/.ssh/config:1 "-oProxyCommand=x" is not an address'],
  ['HostName %p', '~/.ssh/config:1 %p is not read here'],
  ['IdentityFile %C', '~/.ssh/config:1 %C is not read here'],
  [`IdentityFile \${NO_SUCH_THING}`, '~/.ssh/config:1 the environment has no NO_SUCH_THING'],
  ['ProxyJump a b', '~/.ssh/config:1 "a b" names no host to go through'],
  ['Host w1\n  ProxyJump w1', '~/.ssh/config:2 the way to w1 leads through w1 itself'],
  ['Match host\n  Port 1', '~/.ssh/config:1 Match host says nothing behind it'],
  ['Match all host w1', '~/.ssh/config:1 `Match all` stands alone'],
  ['Include config', '~/.ssh/config:1 too many files that include each other'],
  [
    'Match host w1 exec "true"\n  Port 1',
    '~/.ssh/config:2 whether port applies to w1 depends on a command or a network, which only ssh itself asks',
  ],
])('refuses `%s`', (text, said) => {
  expect(refusal(`${text}\n`)).toBe(said)
})

it('asks no command that decides about nothing', () => {
  const text =
    'Match host db exec "false"\n  Port 1\nHost *\n  Port 22\nMatch exec "gpg-connect-agent"\n  Port 2\n  ForwardAgent yes\n'
  expect(login(text, { host: 'w1' }).port).toBe(22)
})

it('knows the names of this machine', () => {
  expect(login('IdentityFile /k/%l/%L/%i/%%\n', { host: 'w1' }).identityFiles).toEqual([
    `/k/${hostname()}/${hostname().replace(/\..*$/, '')}/${userInfo().uid}/%`,
  ])
})
