/**
 * How a run grows with its hosts: 10 to 1,000 simulated ones, with real handshakes, that answer what a real host in order
 * has answered (bench/scale/answers.json). Results go to bench/results and docs/performance.md.
 *
 *   npm run bench:scale                     10, 30, 100, 300 and 1,000 hosts, five runs each
 *   npm run bench:scale -- 10 100           these, and not kept
 *   npm run bench:scale -- --record         asks a real host anew: after a change of a probe, as root
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { say } from '../test/e2e/proof.ts'
import { renderAndamio } from './peers/render/andamio.ts'
import { writeFiles } from './peers/render/files.ts'
import { workOf } from './peers/work.ts'
import { writePerformancePage } from './performance-page.ts'
import { commitNow, enoughRounds, keep, median, type Scaled } from './results.ts'
import type { Answer } from './scale/answers.ts'
import { record } from './scale/record.ts'
import { runWork, type WorkRun } from './scale/run-work.ts'
import { simulateHosts } from './scale/simulated-hosts.ts'

const recorded = fileURLToPath(new URL('./scale/answers.json', import.meta.url))
const given = process.argv.slice(2)
const sizes = given.map(Number)

if (given.includes('--record')) {
  await record(recorded)
  say(`recorded in ${recorded}`)
} else if (sizes.some(size => !Number.isInteger(size) || size < 1)) {
  process.stderr.write('usage: npm run bench:scale -- [--record | HOSTS...]\n')
  process.exitCode = 64
} else {
  const [commit, load] = [commitNow(), loadavg()[0] ?? 0]
  const runs: Scaled[] = []
  for (const size of sizes.length > 0 ? sizes : [10, 30, 100, 300, 1000]) runs.push(await measure(size))
  if (sizes.length === 0) {
    say(`kept in ${await keep({ cells: [], scale: { commit, load, runs } })}`)
    await writePerformancePage()
  }
}

async function measure(count: number): Promise<Scaled> {
  const folder = await mkdtemp(join(tmpdir(), 'andamio-bench-scale-'))
  const answers = JSON.parse(await readFile(recorded, 'utf8')) as readonly Answer[]
  const hosts = await simulateHosts(count, answers, folder)
  try {
    await writeFiles(folder, renderAndamio(workOf(20), [], ''))
    const taken: WorkRun[] = []
    for (let round = 0; round < enoughRounds; round++)
      taken.push(await runWork(hosts.inventory, { home: folder, playbook: join(folder, 'andamio/work.mjs') }))
    const most = (of: (run: WorkRun) => number): number => Math.max(...taken.map(of))
    const scaled = {
      hosts: count,
      seconds: taken.map(({ seconds }) => seconds),
      cpuSeconds: median(taken.map(({ cpuSeconds }) => cpuSeconds)),
      memoryBytes: most(({ end }) => end.memoryBytes),
      mostDescriptors: most(({ mostDescriptors }) => mostDescriptors),
      roundTrips: most(({ end }) => end.roundTrips),
    }
    const memory = `${Math.round(scaled.memoryBytes / 2 ** 20)} MiB`
    say(
      `${count} hosts: ${median(scaled.seconds).toFixed(1)} s, ${scaled.cpuSeconds.toFixed(1)} s of processors, ${memory}, ${scaled.mostDescriptors} descriptors`,
    )
    return scaled
  } finally {
    await hosts.close()
    await rm(folder, { recursive: true, force: true })
  }
}
