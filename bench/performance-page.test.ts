import { expect, it } from 'vitest'
import { bars } from './bars.ts'
import { performancePage } from './performance-page.ts'
import { type Measured, median, type Results, withCell } from './results.ts'

const runs = (...seconds: readonly number[]) =>
  seconds.map(each => ({ seconds: each, cpuSeconds: each / 2, hostCpuSeconds: 1, othersCpuSeconds: each / 10 }))
const five = (seconds: number) => runs(...Array.from({ length: 5 }, () => seconds))
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
      samples: {
        andamio: runs(2, 3, 1, 1.5, 2.5),
        'andamio-node': five(1.25),
        ansible: runs(60, 62, 58, 60, 60),
        mitogen: five(15),
        pyinfra: five(8),
        limit: five(1.5),
      },
    },
  ],
  scale: {
    commit: 'abc1234',
    load,
    runs: [10, 100, 1000].map(hosts => ({
      hosts,
      seconds: [0.5, 1, 1.5].map(each => each + hosts / 20),
      cpuSeconds: hosts / 25,
      memoryBytes: 2 ** 26 + hosts * 2 ** 19,
      mostDescriptors: hosts + 20,
      roundTrips: hosts * 2,
    })),
  },
})

it('tells least, median and most, and each goal as met or missed', () => {
  const page = performancePage([results(0.1)])
  expect(page).toContain('| andamio | 1.00 | **2.00** | 3.00 | 1.0 x | 1.00 | 1.0 | 1.0 |')
  expect(page).toContain('| ansible-core, pipelined | 58.00 | **60.00** | 62.00 | 30.0 x |')
  expect(page).toContain('- met: ansible-core, pipelined over andamio: 30.00 (goal: at least 25)')
  expect(page).toContain('- **missed**: ansible-core with Mitogen over andamio: 7.50 (goal: at least 8)')
  expect(page).toContain('- **missed**: andamio over the limit: one script a host by `ssh`: 1.33 (goal: at most 1.3)')
  expect(page).toContain('- met: memory a host 512 KiB (goal: at most 1024)')
  expect(page).toContain('- met: 1000 hosts in 51.0 s')
  expect(page).toContain("0.75 s of andamio's are npx and zx")
  expect(page).toContain('20 resources are one request for 3 packages, 5 directories, 8 files, 2 units,')
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
    /## Converged[\s\S]*Measured on 2026-11-23 at abc1234\. [\s\S]*## Many hosts[\s\S]*Measured on 2026-11-21/,
  )
  expect(page).toContain(
    '- 2026-11-23: 2 processors (some), 23 GiB, Linux 6; pyinfra 3.10.0.\n- 2026-11-21: 2 processors',
  )
  expect(performancePage([results(0.1, '2026-11-23'), results(0.1)])).not.toContain('2026-11-21')
  expect(() => performancePage([])).toThrow('nothing has been measured yet')
})

it('says where the machine had other work', () => {
  expect(performancePage([results(7)])).toContain('at abc1234. The machine had other work (load 7.0).')
  expect(performancePage([results(0)])).toContain(
    'at abc1234. Others on the machine used 5.0 % of its processors meanwhile.',
  )
})

it('says nothing of goals where there were too few rounds, and prefers what has enough', () => {
  const [newer, older] = [results(0, '2026-11-23'), results(0, '2026-11-22')]
  const few = { ...newer, cells: newer.cells.map(cell => ({ ...cell, samples: { andamio: runs(9, 9) } })) }
  const page = performancePage([few])
  expect(page).toContain('| 2 rounds |')
  expect(page).toContain('Too few rounds to say whether a goal is met')
  expect(page).not.toContain('over the limit')
  expect(performancePage([few, older])).toContain('Measured on 2026-11-22')
})

it('never keeps fewer rounds in the place of more', () => {
  const of = (rounds: number, cell = 'one'): Measured => ({
    ...{ cell, title: cell, commit: 'abc1234' },
    samples: { andamio: runs(...Array.from({ length: rounds }, () => rounds)) },
  })
  expect(withCell([of(5)], of(1))).toEqual([of(5)])
  expect(withCell([of(1), of(1, 'other')], of(5))).toEqual([of(1, 'other'), of(5)])
  expect(withCell([of(5)], { ...of(5), title: 'newer' })).toMatchObject([{ title: 'newer' }])
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
