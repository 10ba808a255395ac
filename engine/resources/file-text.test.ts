import { expect, test } from 'vitest'
import { whyNotRead } from '../connection/read-only.ts'
import { type Asked, ask } from '../resource/ask.ts'
import { Late } from '../resource/late.ts'
import type { AnyResource } from '../resource/resource.ts'
import { readTexts } from '../resource/show-texts.ts'
import { longestText } from '../resource/text-part.ts'
import { Secret } from '../shell/secret.ts'
import { file } from './file.ts'
import { fileTextProbe } from './file-text.ts'
import { answerOf } from './laws.ts'
import { usePrivateRoot } from './private-root-fixture.ts'
import { sysctl } from './sysctl.ts'

const host = usePrivateRoot()
const nothing = { change: () => false }

/** What a run with `--diff` would tell of one resource, and the paths whose content travelled for it. */
async function told(resource: AnyResource) {
  const travelled: string[] = []
  const answer = await answerOf(host(), resource)
  const sources = { host: host().connection, session: () => Promise.reject(new Error('no API here')) }
  const explain = await readTexts(new Map([[resource, answer]]), (asked: readonly Asked[]) => {
    travelled.push(...asked.map(({ id }) => id))
    return ask(asked, sources)
  })
  const changes = explain(resource, resource.diff(answer, nothing))
  return { travelled, changes, text: changes[0]?.text, noText: changes[0]?.noText }
}

test('a file that differs: what a person would see of `diff -u`', async () => {
  await host().sh("printf 'one\\ntwo\\n' >/etc/edited")
  const { text, travelled } = await told(file({ path: '/etc/edited', content: 'one\n2\nthree\n' }))
  expect(text).toBe('--- /etc/edited\n+++ /etc/edited\n@@ -1,2 +1,3 @@\n one\n-two\n+2\n+three\n')
  expect(travelled).toEqual(['/etc/edited'])
})

test('newlines at the end are content, too', async () => {
  await host().sh('printf x >/etc/unended')
  const { text } = await told(file({ path: '/etc/unended', content: 'x\n' }))
  expect(text).toContain('-x\n\\ No newline at end of file\n+x\n')
})

test('nothing travels where content is as wished, nor for a file that is not there', async () => {
  await host().sh('printf same >/etc/same; chmod 0600 /etc/same')
  expect(await told(file({ path: '/etc/same', content: 'same' }))).toMatchObject({
    travelled: [],
    changes: [{ attribute: 'mode', before: '0600', after: '0644' }],
  })
  const { travelled, text } = await told(file({ path: '/etc/fresh', content: 'a\nb\n' }))
  expect(travelled).toEqual([])
  expect(text).toBe('--- /dev/null\n+++ /etc/fresh\n@@ -0,0 +1,2 @@\n+a\n+b\n')
})

test('a secret is not shown, and what it replaces does not travel', async () => {
  await host().sh('printf "old password" >/etc/password')
  for (const content of [new Secret('new password'), new Late('password', () => new Secret('new password'))]) {
    const { travelled, changes } = await told(file({ path: '/etc/password', content }))
    expect(travelled).toEqual([])
    expect(changes[0]).toMatchObject({ noText: 'a secret', before: expect.stringMatching(/^sha256:/) })
    expect(JSON.stringify(changes)).not.toContain('password"')
  }
})

test('a secret that lies in plain text beside it is masked', async () => {
  const secret = new Secret('correct horse')
  await host().sh('printf "key = correct horse\\n" >/etc/leak')
  secret.reveal()
  const { text } = await told(file({ path: '/etc/leak', content: 'key = elsewhere\n' }))
  expect(text).toContain('-key = ***\n+key = elsewhere\n')
})

test('what is too large or binary is said, not shown', async () => {
  await host().sh(`head -c ${longestText + 1} /dev/zero | tr '\\0' x >/etc/large; printf 'a\\0b' >/etc/binary`)
  await host().sh(`printf '\\377\\376' >/etc/latin`)
  const noTexts: (string | undefined)[] = []
  for (const name of ['large', 'binary', 'latin'])
    noTexts.push((await told(file({ path: `/etc/${name}`, content: 'x' }))).noText)
  expect(noTexts).toEqual(['too large (131 kB)', 'binary, 3 B', 'binary, 2 B'])
  const { noText } = await told(file({ path: '/etc/wished', content: 'x'.repeat(longestText + 1) }))
  expect(noText).toBe('too large (131 kB)')
})

test('late content shows nothing until it is known', async () => {
  const { travelled, changes } = await told(
    file({ path: '/etc/late', content: new Late<string>('address', () => undefined) }),
  )
  expect(travelled).toEqual([])
  expect(changes[0]).toEqual({ attribute: 'content', before: null, after: { late: 'address' } })
})

test('a file within another resource explains the change that speaks of it', async () => {
  await host().sh('printf "vm.swappiness = 1\\n" >/etc/sysctl.d/90-some.conf')
  const { changes } = await told(sysctl({ 'vm.swappiness': 2 }, { name: '90-some' }))
  const atBoot = changes.find(({ attribute }) => attribute === 'at boot')
  expect(atBoot?.text).toContain('-vm.swappiness = 1\n+vm.swappiness = 2\n')
  expect(changes.filter(({ text }) => text !== undefined)).toHaveLength(1)
})

test('reading texts passes the gate of check mode', () => {
  const probe = fileTextProbe("/etc/it's")
  expect(whyNotRead('sh -s', probe.script(["/etc/it's", '/etc/b']))).toBeUndefined()
})
