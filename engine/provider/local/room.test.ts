import { expect, it } from 'vitest'
import { gigabytes, inBytes } from '../lab/sizes.ts'
import { lackOfRoom, shortOf } from './room.ts'

const gib = 2 ** 30

it('reads sizes as the kernel does', () => {
  expect(inBytes('512M')).toBe(gib / 2)
  expect(inBytes('3G')).toBe(3 * gib)
  expect(gigabytes(1.5 * gib)).toBe('1.5 GiB')
})

it('finds room for five hosts on a machine of 8 GiB, and for none where one thing is short', () => {
  const hosts = ['3G', '2G', '2G', '2G', '1G'].map(inBytes)
  const room = { memoryFile: 7 * gib, memory: 7 * gib, disk: 20 * gib }
  expect(shortOf(hosts, room)).toEqual([])
  expect(shortOf(hosts, { ...room, memoryFile: 2 * gib }).map(({ what }) => what)).toEqual(['room for memory files'])
  expect(shortOf(hosts, { ...room, memory: gib, disk: gib }).map(({ what }) => what)).toEqual(['memory', 'disk'])
})

it('looks at this machine, where no folder needs to be there yet', async () => {
  const nowhere = '/nowhere/of/this/lab'
  expect(await lackOfRoom([{ memory: '1M' }], nowhere)).toBeUndefined()
  expect(await lackOfRoom([{ memory: '999999G' }], nowhere)).toMatchObject({
    code: 'no-room',
    cause: expect.stringMatching(/room for memory files: .* needed; memory: /),
  })
})

it('asks for nothing when every host has its room already', () => {
  expect(shortOf([], { memoryFile: 0, memory: 0, disk: 0 })).toEqual([])
})
