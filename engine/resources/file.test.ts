import { expect, test } from 'vitest'
import { Late } from '../resource/late.ts'
import { absent } from '../resource/resource.ts'
import { Secret } from '../shell/secret.ts'
import { sha256 } from './content.ts'
import { file, fileAbsent } from './file.ts'
import { obeysLaws } from './laws.ts'
import { usePrivateRoot } from './private-root-fixture.ts'

const host = usePrivateRoot()
const nothing = { change: () => false }

test('a file obeys the laws, whatever its name', async () => {
  for (const path of ['/etc/plain.conf', "/srv/it's a $HOME `name`", '/etc/mnt-a\\x2db.mount', '/srv/späť']) {
    await obeysLaws(host(), { wish: file({ path, content: 'one\ntwo\n' }), undo: fileAbsent(path) })
  }
})

test('owner and mode are part of the wish, by name or by number', async () => {
  const wish = file({ path: '/etc/owned', content: new Secret('hush'), mode: '0640', owner: '10001:daemon' })
  await obeysLaws(host(), { wish, undo: fileAbsent('/etc/owned') })
  await wish.apply(host().writer, absent)
  expect(await host().sh('stat -c "%a %u:%G" /etc/owned')).toBe('640 10001:daemon')
})

test('what differs is told attribute by attribute, content by its hash', async () => {
  await host().sh('printf old >/etc/drifted; chmod 0600 /etc/drifted')
  const wish = file({ path: '/etc/drifted', content: 'new' })
  const output = await host().sh(wish.probe.of === 'host' ? wish.probe.script(wish.probe.keys) : '')
  const is = wish.probe.of === 'host' ? wish.probe.parse(output) : absent
  if (is.is !== 'present') expect.fail(JSON.stringify(is))
  expect(wish.diff(is, nothing)).toEqual([
    { attribute: 'content', before: sha256('old'), after: sha256('new') },
    { attribute: 'mode', before: '0600', after: '0644' },
  ])
})

test('a symbolic link in its place is replaced and what it points to is left alone', async () => {
  await host().sh('printf kept >/etc/pointed-at; ln -s pointed-at /etc/link')
  const wish = file({ path: '/etc/link', content: 'own' })
  await obeysLaws(host(), { wish, undo: fileAbsent('/etc/link') }).catch(error => {
    // A file that replaced a link cannot give the link back: the one law that does not hold here.
    expect(String(error)).toContain('absent does not undo present')
  })
  expect(await host().sh('cat /etc/pointed-at')).toBe('kept')
})

test('a directory in its place is an error that says so', async () => {
  await host().sh('mkdir /srv/folder')
  const wish = file({ path: '/srv/folder', content: '' })
  await expect(obeysLaws(host(), { wish })).rejects.toThrow('/srv/folder is to be a file, and is a directory')
})

test('missing means ENOENT, anything else that cannot be read is unknown', () => {
  const { probe } = file({ path: '/etc/x', content: '' })
  if (probe.of !== 'host') expect.fail()
  expect(probe.parse("- /etc/x\nstat: cannot statx '/etc/x': No such file or directory")).toEqual(absent)
  expect(() => probe.parse("- /etc/x\nstat: cannot statx '/etc/x': Input/output error")).toThrow('Input/output error')
  expect(() => probe.parse('- /etc/x')).toThrow('appeared')
  expect(() => probe.parse('')).toThrow('nothing was said')
})

test('late content is known after creation', () => {
  let address: string | undefined
  const content = new Late('address of nfs', () => address)
  const wish = file({ path: '/etc/late', content })
  expect(wish.diff(absent, nothing)[0]).toEqual({
    attribute: 'content',
    before: null,
    after: { late: 'address of nfs' },
  })
  address = '10.0.0.9'
  expect(wish.diff(absent, nothing)[0]).toEqual({ attribute: 'content', before: null, after: sha256('10.0.0.9') })
})

test('a secret is in no state and no change', () => {
  const wish = file({ path: '/etc/secret', content: new Secret('correct horse'), mode: '0600' })
  expect(JSON.stringify(wish.diff(absent, nothing))).not.toContain('correct horse')
})

test.each(['relative', '/a/../b', '/a//b', '/a/', '/new\nline', '/', ''])('path %j is refused', path => {
  expect(() => file({ path, content: '' })).toThrow(TypeError)
})
