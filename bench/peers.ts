/**
 * andamio beside what people use today, on the same freshly booted hosts, doing the same work: ansible-core, ansible-core
 * with Mitogen, pyinfra, and the limit, one hand-written script piped through ssh. Every contender's end state is compared
 * with what was to be done; a run in which one failed or did something else is invalid, and says so. Needs root and the
 * mirror's host image and kernel; results go to bench/results and docs/performance.md.
 *
 *   npm run bench                                  all cells that have a name, five rounds each
 *   npm run bench -- converged-20-5 blank-20-5     these
 *   npm run bench -- --resources 100 --hosts 1 --delay 80 --from converged     any other, which is not kept
 *   npm run bench -- --rounds 1 --hosts 1 --only andamio,limit converged-20-5     to try something, which is not kept
 */
import { parseArgs } from 'node:util'
import { say } from '../test/e2e/proof.ts'
import {
  type Cell,
  type CellName,
  cellNames,
  cells,
  type OnDemand,
  type OwnCell,
  onDemand,
  starts,
} from './peers/cells.ts'
import { contenders } from './peers/contenders.ts'
import { peersEnvironment } from './peers/environment.ts'
import { measure } from './peers/measure.ts'
import { writePerformancePage } from './performance-page.ts'
import { commitNow, keep, type Measured, medianSeconds } from './results.ts'

const text = { type: 'string' } as const
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { ...text, default: '5' },
    hosts: text,
    only: text,
    resources: text,
    delay: text,
    from: text,
  },
})
const number = (value: string | undefined): number | undefined => (value === undefined ? undefined : Number(value))
const [rounds, hosts, delay = 0] = [Number(values.rounds), number(values.hosts), number(values.delay)]
const [resources, from] = [values.resources ?? '20', values.from ?? 'converged']
const only = values.only?.split(',')
const isOnDemand = [values.resources, values.delay, values.from].some(value => value !== undefined)
const unknown = [...positionals.filter(name => !(name in cells)), ...(only ?? []).filter(name => !(name in contenders))]
const start = starts.find(each => each === from)
const whole = (figure: number, least: number): boolean => Number.isInteger(figure) && figure >= least
if (
  unknown.length > 0 ||
  ![rounds, hosts ?? 1].every(figure => whole(figure, 1)) ||
  !whole(delay, 0) ||
  (resources !== '20' && resources !== '100') ||
  start === undefined ||
  (isOnDemand && positionals.length > 0)
) {
  process.stderr.write(
    'usage: npm run bench -- [--rounds N] [--hosts N] [--only CONTENDER,...] [CELL...]\n' +
      '       npm run bench -- [--rounds N] [--hosts N] [--only CONTENDER,...] --resources 20|100 --delay MILLISECONDS --from START\n' +
      `cells: ${cellNames.join(' ')}\ncontenders: ${Object.keys(contenders).join(' ')}\nstarts: ${starts.join(', ')}\n`,
  )
  process.exit(64)
}
const demanded: OnDemand = {
  resources: resources === '20' ? 20 : 100,
  hosts: hosts ?? 5,
  delayMilliseconds: delay,
  from: start,
}
const names = positionals.length > 0 ? (positionals as CellName[]) : cellNames
const chosen: readonly (readonly [string, Cell | OwnCell])[] = isOnDemand
  ? [['on demand', onDemand(demanded)]]
  : names.map(name => [name, cells[name]])
// What is not whole would stand in the table as if it were.
const isKept = only === undefined && hosts === undefined && !isOnDemand

const peers = await peersEnvironment()
// Hosts do not end with this process, so it ends only when they have. The run under way is ended; rounds that were whole
// are kept.
const interrupt = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    say(`${signal}: ending the run under way and removing the hosts; rounds that were whole are kept`)
    interrupt.abort(new Error(`interrupted by ${signal}`))
  })
let kept = false
try {
  for (const [name, cell] of chosen) {
    interrupt.signal.throwIfAborted()
    const measured = await measureCell(name, cell)
    for (const [contender, samples] of Object.entries(measured.samples))
      say(`${name}: ${contender.padEnd(22)} median ${medianSeconds(samples).toFixed(2)} s`)
    if (!isKept) continue
    say(`kept in ${await keep({ cells: [measured], versions: peers.versions })}`)
    kept = true
  }
} catch (error) {
  if (!interrupt.signal.aborted || error !== interrupt.signal.reason) throw error
} finally {
  if (kept) await writePerformancePage()
}
if (interrupt.signal.aborted) process.exitCode = 130

async function measureCell(name: string, cell: Cell | OwnCell): Promise<Measured> {
  say(`=== ${name}: ${cell.title}, ${rounds} rounds`)
  const before = commitNow()
  const samples =
    'measure' in cell ? await cell.measure(rounds) : await measure(taking(cell), rounds, peers, interrupt.signal)
  const after = commitNow()
  return { cell: name, title: cell.title, commit: before === after ? before : `${before} to ${after}`, samples }
}

function taking(cell: Cell): Cell {
  const taking = cell.contenders.filter(contender => only?.includes(contender) ?? true)
  if (taking.length === 0)
    throw new Error(`none of ${only} takes part in ${cell.title}: ${cell.contenders.join(' ')} do`)
  return { ...cell, contenders: taking, hosts: hosts ?? cell.hosts }
}
