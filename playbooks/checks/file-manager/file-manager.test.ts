import { expect, test } from 'vitest'
import { variants } from '../../../roles/file-manager/variants.ts'
import { registered } from './broker-log.ts'
import { some } from './clients.ts'
import { fileManagerChecks } from './index.ts'
import type { Visit } from './visit.ts'
import { summary, told } from './visitor.ts'
import { mountShown } from './volume.ts'

const checksOf = (name: string, disturb: boolean) =>
  fileManagerChecks({ variant: variants[name], files: [] } as unknown as Visit, disturb).map(({ id }) => id.slice(4))

test('the variant with shared storage is looked at by all checks, in their order; others by those that are theirs', () => {
  const numbers = checksOf('advanced2', true).map(Number)
  expect(numbers).toEqual([2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23])
  expect(checksOf('advanced2', false).map(Number)).toEqual(numbers.filter(number => number < 19))
  for (const variant of ['basic', 'advanced1'])
    expect(checksOf(variant, true).map(Number)).toEqual([2, 3, 4, 5, 7, 10, 11, 12, 13, 14, 16, 17, 18])
})

test('a mount by NFS is told with its source and room, and any other is none', () => {
  const df = '10.55.0.6:/mnt/nfs-share   9.8G  1.2G  8.1G  13% /proc/77/root/app/FileManagerDir'
  const nfs =
    '640 632 0:58 /FileManagerDir /app/FileManagerDir rw,noatime - nfs4 10.55.0.6:/mnt/nfs-share rw,vers=4.1,hard'
  expect(mountShown(`${nfs}\n${df}`)).toBe('10.55.0.6:/mnt/nfs-share by nfs4, 8.1G of 9.8G free')
  const local = '640 632 98:0 /var/lib/kubelet/x /app/FileManagerDir rw,relatime - ext4 /dev/ubda rw'
  expect(() => mountShown(`${local}\n${df}`)).toThrow('/app/FileManagerDir is ext4 /dev/ubda')
})

test('how many servers are registered is read from whatever line told of one last', () => {
  expect(registered('2026-01-01T00:00:00Z server registered: server-deployment-a at 10.244.1.7 (3 servers)')).toBe(3)
  expect(registered('2026-01-01T00:00:00Z server server-deployment-a left: lost (1 server)')).toBe(1)
  expect(registered('2026-01-01T00:00:00Z client connected from 10.244.0.0:4711')).toBeUndefined()
})

test('of those who looked every second, the longest time that nobody could be served', () => {
  const visit = (began: number, ended: number, met: boolean) => ({ began, ended, met })
  const well = [visit(0, 50, true), visit(1000, 1040, true)]
  expect(told(summary(well))).toBe('none of 2 connections failed meanwhile')
  const hung = [visit(0, 50, true), visit(1000, 6000, false), visit(2000, 2100, false), visit(3000, 3500, true)]
  expect(summary(hung)).toEqual({ connections: 4, failed: 2, longest: 2.5 })
  expect(summary([visit(0, 4000, false)]).longest).toBe(4)
})

test('of many names the last are told', () => {
  expect([some([]), some(['a', 'b'])]).toEqual(['none', 'a, b'])
  expect(some(['1', '2', '3', '4', '5', '6', '7', '8'])).toBe('4, 5, 6, 7, 8 and 3 more')
})
