import { expect, test } from 'vitest'
import { Late } from '../resource/late.ts'
import { absent, present } from '../resource/resource.ts'
import { assertion } from './assertion.ts'
import { command } from './command.ts'
import { fileAbsent } from './file.ts'
import { answerOf, obeysLaws } from './laws.ts'
import { usePrivateRoot } from './private-root-fixture.ts'
import { waitFor } from './wait-for.ts'

const root = usePrivateRoot()
const nothing = { change: () => false }

test('a command that creates a path obeys the laws', async () => {
  const wish = command({ id: 'unpack it', run: 'echo once >/srv/unpacked', creates: '/srv/unpacked' })
  await obeysLaws(root(), { wish, undo: fileAbsent('/srv/unpacked') })
  await wish.apply(root().writer, absent)
  expect(await root().sh('cat /srv/unpacked')).toBe('once')
})

test('a command may be told done by a fragment, whose other failures are no answer', async () => {
  const reason = 'it changes one line among many'
  const wish = (done: string) => command({ id: 'do it', run: ': >/srv/done', done, reason })
  await obeysLaws(root(), { wish: wish('[ -e /srv/done ]'), undo: fileAbsent('/srv/done') }).catch(error =>
    expect(String(error)).toContain('absent does not undo present'),
  )
  await expect(answerOf(root(), wish('exit 3'))).rejects.toThrow('status 2')
})

test('an assertion that holds is nothing to do; one that does not says what it found, and never acts', async () => {
  const wish = (expected: string) =>
    assertion({ id: 'the two agree', script: 'echo v2', expect: expected, next: 'Install v2.' })
  expect(wish('v2').diff(await answerOf(root(), wish('v2')), nothing)).toEqual([])
  const is = await answerOf(root(), wish('v3'))
  expect(wish('v3').diff(is, nothing)).toEqual([{ attribute: 'holds', before: false, after: true }])
  expect(wish('v3').refuse?.(is, nothing)).toMatchObject({
    code: 'assertion-failed',
    cause: 'found "v2", expected "v3"',
    next: 'Install v2.',
  })
})

test('an assertion is not refused while what may make it hold is still to change', () => {
  const program = { kind: 'file', id: '/usr/bin/program' }
  const wish = assertion({ id: 'it is v2', script: ':', expect: 'v2', next: '', after: [program] })
  expect(wish.refuse?.(present('v1'), { change: ({ id }) => id === program.id })).toBeUndefined()
  expect(wish.refuse?.(present('v1'), nothing)).toMatchObject({ code: 'assertion-failed' })
})

test('what an assertion expects may be late', () => {
  const late = assertion({ id: 'x', script: ':', expect: new Late<string>('version', () => undefined), next: '' })
  expect(late.diff(present('v2'), nothing)).toEqual([{ attribute: 'holds', before: false, after: { late: 'version' } }])
  expect(late.refuse?.(present('v2'), nothing)).toBeUndefined()
})

test('waiting ends when it is so, and tells meanwhile how it stands', async () => {
  const script = 'echo "not there"; [ -e /srv/arrived ]'
  const wish = waitFor({ id: 'it to arrive', script, limitSeconds: 30, everySeconds: 0.1, next: '' })
  const is = await answerOf(root(), wish)
  expect(wish.diff(is, nothing)).toEqual([{ attribute: 'met', before: false, after: true }])
  const waiting = wish.apply(root().writer, is)
  await expect.poll(() => root().waits, { timeout: 10_000 }).toContain('it to arrive: not there')
  await root().sh(': >/srv/arrived')
  await waiting
  expect(wish.diff(await answerOf(root(), wish), nothing)).toEqual([])
})

test('waiting has a limit, and an error is not a "not yet"', async () => {
  const wish = (script: string) =>
    waitFor({ id: 'nothing', script, limitSeconds: 0.2, everySeconds: 0.1, next: 'Look.' })
  const never = wish('echo still not; exit 1')
  await expect(never.apply(root().writer, await answerOf(root(), never))).rejects.toMatchObject({
    failure: { code: 'wait-timed-out', cause: 'still not', next: 'Look.' },
  })
  await expect(answerOf(root(), wish('exit 7'))).rejects.toThrow('status 2')
})
