/**
 * andamio beside what people use today, on the same freshly booted hosts, doing the same work: ansible-core, ansible-core
 * with Mitogen, pyinfra, and the limit, one hand-written script piped through ssh. Every contender's end state is compared
 * with what was to be done; a run in which one failed or did something else is invalid, and says so. Needs root and the
 * mirror's host image and kernel; results go to bench/results and docs/performance.md.
 *
 *   npm run bench                                  all cells, five rounds each
 *   npm run bench -- converged-20-5 blank-20-5     these
 *   npm run bench -- --rounds 1 --hosts 1 --only andamio,limit converged-20-5     to try something; such are not kept
 */
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { say } from '../test/e2e/proof.ts'
import { type Cell, type CellName, cellNames, cells, type OwnCell } from './peers/cells.ts'
import { contenders } from './peers/contenders.ts'
import { peersEnvironment } from './peers/environment.ts'
import { measure } from './peers/measure.ts'
import { writePerformancePage } from './performance-page.ts'
import { keep, type Measured, median } from './results.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, only: { type: 'string' }, hosts: { type: 'string' } },
})
const rounds = Number(values.rounds)
const only = values.only?.split(',')
const hosts = values.hosts === undefined ? undefined : Number(values.hosts)
// What is not whole would stand in the table as if it were.
const whole = only === undefined && hosts === undefined
const unknown = [...positionals.filter(name => !(name in cells)), ...(only ?? []).filter(name => !(name in contenders))]
if (unknown.length > 0 || [rounds, hosts ?? 1].some(number => !Number.isInteger(number) || number < 1)) {
  process.stderr.write(
    `usage: npm run bench -- [--rounds N] [--hosts N] [--only CONTENDER,...] [CELL...]\n` +
      `cells: ${cellNames.join(' ')}\ncontenders: ${Object.keys(contenders).join(' ')}\n`,
  )
  process.exit(64)
}
const chosen = positionals.length > 0 ? (positionals as CellName[]) : cellNames
const peers = await peersEnvironment()
// Hosts do not end with this process, so it ends only when they have. The run under way is ended; rounds that were whole
// are kept.
const interrupt = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    say(`${signal}: ending the run under way and removing the hosts; rounds that were whole are kept`)
    interrupt.abort(new Error(`interrupted by ${signal}`))
  })
for (const name of chosen) {
  if (interrupt.signal.aborted) break
  const measured = await measureCell(name, cells[name])
  for (const [contender, samples] of Object.entries(measured.samples))
    say(`${name}: ${contender.padEnd(22)} median ${median(samples.map(({ seconds }) => seconds)).toFixed(2)} s`)
  if (whole) say(`kept in ${await keep({ cells: [measured], versions: peers.versions })}`)
}
if (whole) await writePerformancePage()
if (interrupt.signal.aborted) process.exitCode = 130

async function measureCell(name: CellName, cell: Cell | OwnCell): Promise<Measured> {
  if ('measure' in cell) {
    say(`=== ${name}: ${cell.title}, ${rounds} rounds`)
    const load = loadavg()[0] ?? 0
    return { cell: name, title: cell.title, load, samples: await cell.measure(rounds) }
  }
  const taking = cell.contenders.filter(contender => only?.includes(contender) ?? true)
  if (taking.length === 0) throw new Error(`none of ${only} takes part in ${name}: ${cell.contenders.join(' ')} do`)
  return measure(name, { ...cell, contenders: taking, hosts: hosts ?? cell.hosts }, rounds, peers, interrupt.signal)
}
