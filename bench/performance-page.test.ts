import { expect, it } from 'vitest'
import { bars } from './bars.ts'
import { performancePage } from './performance-page.ts'
import { median, type Results } from './results.ts'

const runs = (...seconds: readonly number[]) =>
  seconds.map(each => ({ seconds: each, cpuSeconds: each / 2, hostCpuSeconds: 1 }))
const results = (load: number, date = '2026-11-21'): Results => ({
  date,
  machine: { processors: 'some', count: 2, gibibytes: 23, kernel: 'Linux 6' },
  versions: { pyinfra: '3.10.0' },
  delay: 'netem',
  cells: [
    {
      cell: 'converged-20-5',
      commit: 'abc1234',
      title: 'Converged',
      load,
      samples: {
        andamio: runs(2, 3, 1),
        ansible: runs(60, 62, 58),
        mitogen: runs(15, 15, 15),
        pyinfra: runs(8, 8, 8),
        limit: runs(1.9, 1.9, 1.9),
      },
    },
  ],
  scale: {
    commit: 'abc1234',
    load,
    runs: [10, 100, 1000].map(hosts => ({
      hosts,
      seconds: 1 + hosts / 20,
      cpuSeconds: hosts / 25,
      memoryBytes: 2 ** 26 + hosts * 2 ** 19,
      mostDescriptors: hosts + 20,
      roundTrips: hosts * 2,
    })),
  },
})

it('tells least, median and most, and each goal as met or missed', () => {
  const page = performancePage([results(0.1)])
  expect(page).toContain('| andamio | 1.00 | **2.00** | 3.00 | 1.0 x | 1.00 | 1.0 |')
  expect(page).toContain('| ansible-core, pipelined | 58.00 | **60.00** | 62.00 | 30.0 x |')
  expect(page).toContain('- met: ansible-core, pipelined over andamio: 30.00 (goal: at least 25)')
  expect(page).toContain('- **missed**: ansible-core with Mitogen over andamio: 7.50 (goal: at least 8)')
  expect(page).toContain('- met: andamio over the limit: one script a host by `ssh`: 1.05 (goal: at most 1.3)')
  expect(page).toContain('- met: memory a host 512 KiB (goal: at most 1024)')
  expect(page).toContain('- met: 1000 hosts in 51.0 s')
  expect(page).not.toContain('other work')
  expect(page).toMatch(
    /Every contender does the same work[\s\S]*## Converged[\s\S]*## Who takes part\n- \*\*andamio\*\*: /,
  )
  expect(performancePage([{ ...results(0.1), cells: [] }])).not.toMatch(/contender|takes part/)
})

it('takes of each day what was not measured later, and tells when each was', () => {
  const { scale: _, ...newer } = results(0.1, '2026-11-23')
  const page = performancePage([newer, results(0.1)])
  expect(page).toMatch(
    /## Converged[\s\S]*Measured on 2026-11-23 at abc1234\.\n[\s\S]*## Many hosts[\s\S]*Measured on 2026-11-21/,
  )
  expect(page).toContain(
    '- 2026-11-23: 2 processors (some), 23 GiB, Linux 6; pyinfra 3.10.0.\n- 2026-11-21: 2 processors',
  )
  expect(performancePage([results(0.1, '2026-11-23'), results(0.1)])).not.toContain('2026-11-21')
  expect(() => performancePage([])).toThrow('nothing has been measured yet')
})

it('says where the machine had other work', () => {
  expect(performancePage([results(7)]).match(/had other work \(load 7\.0\)/g)).toHaveLength(2)
})

it('takes the middle of an odd number and the mean of two', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([5])]).toEqual([2, 2.5, 5])
  expect(median([])).toBeNaN()
})

it('draws the longest to its full width', () => {
  const svg = bars('a < b', [
    { label: 'one', value: 1, least: 1, most: 1 },
    { label: 'two', value: 4, least: 2, most: 5 },
  ])
  expect(svg).toContain('a &lt; b')
  expect(svg).toContain('width="84.0"')
  expect(svg).toContain('M468.0 69H720.0')
})
