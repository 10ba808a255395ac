import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One run of one contender. */
export interface Sample {
  readonly seconds: number
  /** Of the operator's machine, without what runs in hosts. */
  readonly cpuSeconds?: number
  /** Of all hosts together. */
  readonly hostCpuSeconds?: number
  /** Of processors: what others on this machine used meanwhile. */
  readonly othersCpuSeconds?: number
  /** What the package manager alone took on the slowest host, where a contender tells it. */
  readonly aptSeconds?: number
}

export interface Measured {
  readonly cell: string
  readonly title: string
  /** What was measured, as `commitNow` tells it. */
  readonly commit: string
  readonly samples: Readonly<Record<string, readonly Sample[]>>
}

/** One simulated size of `bench:scale`. */
export interface Scaled {
  readonly hosts: number
  /** Of each run. */
  readonly seconds: readonly number[]
  /** Of processors: the middle of all. */
  readonly cpuSeconds: number
  /** Of our process: most that it ever had, in bytes. */
  readonly memoryBytes: number
  readonly mostDescriptors: number
  readonly roundTrips: number
}

export interface Scale {
  readonly commit: string
  /** Of the machine, over the minute before: what others did there. */
  readonly load: number
  readonly runs: readonly Scaled[]
}

export interface Results {
  readonly date: string
  readonly machine: {
    readonly processors: string
    readonly count: number
    readonly gibibytes: number
    readonly kernel: string
  }
  readonly versions: Readonly<Record<string, string>>
  /** How round trips were made longer. */
  readonly delay: string
  readonly cells: readonly Measured[]
  readonly scale?: Scale
}

/** Fewer rounds than these tell no spread, so no goal is said to be met by them. */
export const enoughRounds = 5

export const roundsOf = ({ samples }: Measured): number => Math.min(...Object.values(samples).map(runs => runs.length))

const projectFolder = fileURLToPath(new URL('..', import.meta.url))
export const resultsFolder = fileURLToPath(new URL('./results', import.meta.url))

const said = (program: string, ...args: readonly string[]): string =>
  execFileSync(program, args, { encoding: 'utf8' }).trim()

export const machine = (): Results['machine'] => ({
  processors: cpus()[0]?.model ?? 'unknown',
  count: cpus().length,
  gibibytes: Math.round(totalmem() / 2 ** 30),
  kernel: said('uname', '-sr'),
})

/** The commit of this checkout, marked where files are not as committed; what a bench writes itself does not count. */
export function commitNow(): string {
  const git = (...args: readonly string[]): string => said('git', '-C', projectFolder, ...args)
  const written = [':!bench/results', ':!docs/performance', ':!docs/performance.md']
  const clean = git('status', '--porcelain', '--', '.', ...written) === ''
  return `${git('rev-parse', '--short', 'HEAD')}${clean ? '' : '-dirty'}`
}

/**
 * Adds measurements to those of today in `bench/results/<date>.json`: a cell that is measured again replaces what it had,
 * unless that had more rounds. Gives the path.
 */
export async function keep(part: {
  readonly cells: readonly Measured[]
  readonly versions?: Results['versions']
  readonly scale?: Scale
}): Promise<string> {
  const date = new Date().toISOString().slice(0, 10)
  const path = join(resultsFolder, `${date}.json`)
  const before = await readResults(path)
  const cells = part.cells.reduce(withCell, before?.cells ?? [])
  const scale = part.scale ?? before?.scale
  const results: Results = {
    date,
    machine: machine(),
    versions: {
      ...before?.versions,
      ...part.versions,
      node: process.version,
      openssh: said('sh', '-c', 'ssh -V 2>&1').replace(/,.*/, ''),
    },
    delay: "netem in each host's own kernel, on what it sends",
    cells,
    ...(scale ? { scale } : {}),
  }
  await mkdir(resultsFolder, { recursive: true })
  await writeFile(path, `${JSON.stringify(results, null, 2)}\n`)
  return path
}

/** With one more, in the place of what it was measured as before; not where it has fewer rounds than that. */
export function withCell(cells: readonly Measured[], added: Measured): readonly Measured[] {
  const had = cells.find(({ cell }) => cell === added.cell)
  if (had && roundsOf(had) > roundsOf(added)) return cells
  return [...cells.filter(cell => cell !== had), added]
}

/** All that were kept, the newest first. */
export async function keptResults(): Promise<readonly Results[]> {
  const names = (await readdir(resultsFolder)).filter(name => name.endsWith('.json')).sort()
  const all = await Promise.all(names.map(name => readResults(join(resultsFolder, name))))
  return all.filter(each => each !== undefined).reverse()
}

async function readResults(path: string): Promise<Results | undefined> {
  const text = await readFile(path, 'utf8').catch(error => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  })
  return text === undefined ? undefined : (JSON.parse(text) as Results)
}

/** Of an odd number of figures the middle one, else the mean of the two there. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2
}

/** Of the clock; NaN where there is no run. */
export const medianSeconds = (runs: readonly Sample[] = []): number => median(runs.map(({ seconds }) => seconds))
