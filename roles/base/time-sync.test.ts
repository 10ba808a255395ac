import { expect, test } from 'vitest'
import type { HostWriter, RunOptions } from '../../engine/resource/host.ts'
import { absent } from '../../engine/resource/resource.ts'
import { timeSync } from './time-sync.ts'

/** A host that answers each command by its name, in the order in which they must come. */
async function started(answers: readonly (readonly [what: string, answer: string])[]): Promise<readonly string[]> {
  const waits: string[] = []
  const left = [...answers]
  const on = {
    host: 'a',
    run: async (_script: string, { what }: RunOptions) => {
      const [expected, answer = ''] = left.shift() ?? []
      expect(what).toBe(expected)
      return answer
    },
    waiting: (what: string, _limitSeconds: number, detail?: string) => waits.push(`${what}: ${detail}`),
  }
  await timeSync().apply(on as unknown as HostWriter, absent)
  expect(left).toEqual([])
  return waits
}

const install = 'apt-get install systemd-timesyncd'

test('what is there is only started', async () => {
  expect(
    await started([
      ['look for systemd-timesyncd', ''],
      ['keep the time in step', ''],
    ]),
  ).toEqual([])
})

test('what is missing is installed as all packages are: repaired, with lists, naming who holds the lock', async () => {
  const held = 'E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 77 (unattended-upgr)'
  const waits = await started([
    ['look for systemd-timesyncd', 'missing'],
    ['finish interrupted package work', '0'],
    ['compare package lists with their sources', ''],
    [install, `100\n${held}`],
    [install, '100\nE: Unable to locate package systemd-timesyncd'],
    ['fetch package lists', '0'],
    [install, '0'],
    ['keep the time in step', ''],
  ])
  expect(waits).toEqual(['the package lock: /var/lib/dpkg/lock-frontend, held by process 77 (unattended-upgr)'])
})
