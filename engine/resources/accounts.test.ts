import { expect, test } from 'vitest'
import { absent } from '../resource/resource.ts'
import { group, groupAbsent } from './group.ts'
import { answerOf, obeysLaws } from './laws.ts'
import { usePrivateRoot } from './private-root-fixture.ts'
import { user, userAbsent } from './user.ts'

const root = usePrivateRoot()
const nothing = { change: () => false }

test('a group obeys the laws, with its number or with any', async () => {
  await obeysLaws(root(), { wish: group({ name: 'share', gid: 10001 }), undo: groupAbsent('share') })
  await obeysLaws(root(), { wish: group({ name: 'daemons', system: true }), undo: groupAbsent('daemons') })
})

test('a user obeys the laws, and can log in by key only', async () => {
  const wish = user({ name: 'lab-admin', uid: 10002, groups: ['daemon', 'adm'], shell: '/bin/bash' })
  await obeysLaws(root(), { wish, undo: userAbsent('lab-admin') })
  await wish.apply(root().writer, absent)
  expect(await root().sh('getent shadow lab-admin | cut -d: -f2; id -nG lab-admin')).toBe('!\nlab-admin daemon adm')
})

test('what is not wished is left alone, what is gets changed', async () => {
  await root().sh('useradd --uid 10003 --shell /bin/bash --groups adm present; groupadd more')
  const wish = user({ name: 'present', home: '/srv/present', groups: ['more'] })
  expect(wish.diff(await answerOf(root(), wish), nothing)).toEqual([
    { attribute: 'home', before: '/home/present', after: '/srv/present' },
    { attribute: 'groups', before: ['adm'], after: ['adm', 'more'] },
  ])
  await obeysLaws(root(), { wish })
  expect(await root().sh('getent passwd present')).toMatch(/^present:x:10003:\d+::\/srv\/present:\/bin\/bash$/)
})

test.each(['root; id', 'Root', '-x', '', 'a'.repeat(33)])('account %j is refused', name => {
  expect(() => user({ name })).toThrow(TypeError)
})
