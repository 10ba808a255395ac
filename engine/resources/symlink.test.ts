import { expect, test } from 'vitest'
import { fileAbsent } from './file.ts'
import { answerOf, obeysLaws } from './laws.ts'
import { usePrivateRoot } from './private-root-fixture.ts'
import { symlink } from './symlink.ts'

const root = usePrivateRoot()

test('a link obeys the laws, also when it points nowhere', async () => {
  await obeysLaws(root(), {
    wish: symlink({ path: '/etc/a link', target: '../no where' }),
    undo: fileAbsent('/etc/a link'),
  })
})

test('a link to a directory is turned round, not entered', async () => {
  await root().sh('mkdir /srv/old /srv/new; ln -s /srv/old /srv/current')
  const wish = symlink({ path: '/srv/current', target: '/srv/new' })
  const changes = wish.diff(await answerOf(root(), wish), { change: () => false })
  expect(changes).toEqual([{ attribute: 'target', before: '/srv/old', after: '/srv/new' }])
  await obeysLaws(root(), { wish })
  expect(await root().sh('ls -A /srv/old /srv/new')).toBe('/srv/new:\n\n/srv/old:')
})

test('a directory in its place is kept', async () => {
  await root().sh('mkdir /srv/real; echo kept >/srv/real/data')
  const wish = symlink({ path: '/srv/real', target: '/srv' })
  await expect(wish.apply(root().writer, await answerOf(root(), wish))).rejects.toMatchObject({
    failure: { code: 'command-failed' },
  })
  expect(await root().sh('ls -A /srv/real; ls -A /srv | grep -c tmp || :')).toBe('data\n0')
})
