/**
 * What a newcomer waits for, as typed, npx and start-up included: `up --help` (goal 0.6 s), `up --check` where nothing is
 * installed (2 s), `mirror` with all of it built (3 s). Middle of eleven runs, in turn with an empty `node` and with
 * `npx zx --version`, which none of ours can undercut on the machine at hand: the ratio to that, round by round, holds also
 * where the machine has other work.
 *
 *   npm run bench:first-look [-- WORD ...]      only commands with one of these words: --help
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median } from './results.ts'

const project = fileURLToPath(new URL('..', import.meta.url))
const scratch = await mkdtemp(join(tmpdir(), 'first-look-'))
const rounds = 11

const wanted = process.argv.slice(2)
const floor = 1
const all: readonly { words: readonly string[]; exit?: number; goal?: number; env?: Record<string, string> }[] = [
  { words: ['node', '-e', '0'] },
  { words: ['npx', 'zx', '--version'] },
  { words: ['npx', 'zx', 'playbooks/up.mjs', '--help'], goal: 0.6 },
  // An empty home: no state, no cache, no mirror.
  {
    words: ['npx', 'zx', 'playbooks/up.mjs', '--check'],
    exit: 2,
    goal: 2,
    env: { XDG_STATE_HOME: join(scratch, 'state'), XDG_CACHE_HOME: join(scratch, 'cache') },
  },
  { words: ['npx', 'zx', 'scripts/mirror.mjs'], goal: 3 },
]
const contenders = all.filter(
  ({ words, goal }) => goal === undefined || wanted.length === 0 || wanted.some(word => words.includes(word)),
)

async function secondsOf({ words: [program = '', ...args], exit = 0, env }: (typeof all)[number]): Promise<number> {
  const began = performance.now()
  const child = spawn(program, args, { cwd: project, stdio: 'ignore', env: { ...process.env, ...env } })
  const [status] = await once(child, 'close')
  if (status !== exit) throw new Error(`${program} ${args.join(' ')} ended with ${status} and not with ${exit}`)
  return (performance.now() - began) / 1000
}

try {
  const runs = contenders.map((): number[] => [])
  for (let round = 0; round < rounds; round++)
    for (const [index, contender] of contenders.entries()) runs[index]?.push(await secondsOf(contender))

  const head = ['median'.padStart(8), 'least'.padStart(7), 'most'.padStart(7), 'ratio'.padStart(7)].join(' ')
  process.stdout.write(`${head}   seconds, ${rounds} runs\n`)
  for (const [index, { words, goal }] of contenders.entries()) {
    const seconds = runs[index] ?? []
    const middle = median(seconds)
    const ratio = median(seconds.map((second, round) => second / (runs[floor]?.[round] ?? Number.NaN)))
    const figures = [Math.min(...seconds), Math.max(...seconds), ratio].map(figure => figure.toFixed(2).padStart(7))
    const columns = [middle.toFixed(2).padStart(8), ...figures]
    const verdict = goal === undefined ? '' : `   goal ${goal} s${middle <= goal ? '' : ': MISSED'}`
    process.stdout.write(`${columns.join(' ')}   ${words.join(' ')}${verdict}\n`)
    if (goal !== undefined && middle > goal) process.exitCode = 1
  }
} finally {
  await rm(scratch, { recursive: true, force: true })
}
