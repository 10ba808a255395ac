import { expect, test } from 'vitest'
import { absent } from '../resource/resource.ts'
import { directory, directoryAbsent } from './directory.ts'
import { answerOf, obeysLaws } from './laws.ts'
import { usePrivateRoot } from './private-root-fixture.ts'

const root = usePrivateRoot()
const nothing = { change: () => false }

test('a directory obeys the laws, with its owner and mode', async () => {
  const wish = directory({ path: '/srv/share', owner: 10001, mode: '2770' })
  await obeysLaws(root(), { wish, undo: directoryAbsent('/srv/share') })
  await wish.apply(root().writer, absent)
  expect(await root().sh('stat -c "%a %u:%g" /srv/share')).toBe('2770 10001:10001')
})

test('missing parents are made, and are open to read', async () => {
  await obeysLaws(root(), { wish: directory({ path: "/srv/a b/it's/deep", mode: '0700' }) })
  expect(await root().sh('stat -c %a "/srv/a b" "/srv/a b/it\'s"')).toBe('755\n755')
})

test('what it holds is kept when its mode changes, and it is not removed with anything in it', async () => {
  await root().sh('mkdir -m 0700 /srv/full; echo kept >/srv/full/data')
  await obeysLaws(root(), { wish: directory({ path: '/srv/full' }) })
  const removal = directoryAbsent('/srv/full')
  const is = await answerOf(root(), removal)
  await expect(removal.apply(root().writer, is)).rejects.toMatchObject({ failure: { code: 'command-failed' } })
  expect(await root().sh('cat /srv/full/data')).toBe('kept')
})

test.each(['echo data >/srv/taken', 'ln -s /etc /srv/taken'])('what stands in its place is kept: %s', async make => {
  await root().sh(`rm -f /srv/taken; ${make}`)
  const wish = directory({ path: '/srv/taken', mode: '0700' })
  const is = await answerOf(root(), wish)
  expect(wish.diff(is, nothing)[0]).toMatchObject({ attribute: 'type', after: 'directory' })
  await expect(wish.apply(root().writer, is)).rejects.toMatchObject({ failure: { code: 'command-failed' } })
  expect(await root().sh('stat -c %a /etc')).toBe('755')
})
