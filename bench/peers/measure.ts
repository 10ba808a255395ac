import { say } from '../../test/e2e/proof.ts'
import { guestCpuSeconds } from '../guest-cpu.ts'
import { machineSeconds } from '../processor.ts'
import type { Measured, Sample } from '../results.ts'
import type { Cell } from './cells.ts'
import { type Contender, type ContenderName, contenders } from './contenders.ts'
import type { PeersEnvironment } from './environment.ts'
import { differences, fingerprintScript } from './fingerprint.ts'
import { aptTook } from './render/shell.ts'
import { sampleWords, turned } from './rounds.ts'
import { Stage } from './stage.ts'
import { timedRun } from './timed-run.ts'

/**
 * Measures one cell. Throws where a contender failed, told something else than was to be done, or did something else. A
 * run that is interrupted counts for the rounds that were whole, and throws the signal's reason where there was none.
 */
export async function measure(
  cell: Cell,
  rounds: number,
  peers: PeersEnvironment,
  signal: AbortSignal,
): Promise<Measured['samples']> {
  const stage = await Stage.open(cell, peers)
  try {
    signal.throwIfAborted()
    if (cell.from !== 'blank') await converge(cell, stage, peers, signal)
    const whole: ReadonlyMap<ContenderName, Sample>[] = []
    for (let round = 1; round <= rounds && !signal.aborted; round++) {
      const samples = await takeRound(round, cell, stage, peers, signal)
      if (samples.size === cell.contenders.length) whole.push(samples)
    }
    if (whole.length === 0) signal.throwIfAborted()
    const samplesOf = (contender: ContenderName) => whole.flatMap(samples => samples.get(contender) ?? [])
    return Object.fromEntries(cell.contenders.map(contender => [contender, samplesOf(contender)]))
  } finally {
    await stage.close()
  }
}

/** One run of every contender; of fewer where the signal comes: it ends the one under way. */
async function takeRound(
  round: number,
  cell: Cell,
  stage: Stage,
  peers: PeersEnvironment,
  signal: AbortSignal,
): Promise<ReadonlyMap<ContenderName, Sample>> {
  const samples = new Map<ContenderName, Sample>()
  // Each begins a round once: what one leaves in a cache is not always to the same one's good.
  for (const contender of turned(cell.contenders, round)) {
    const sample = await take(contender, cell, stage, peers, signal).catch(error => {
      if (!signal.aborted || error !== signal.reason) throw error
    })
    if (sample === undefined) break
    samples.set(contender, sample)
    say(sampleWords(round, contender, sample))
  }
  return samples
}

/**
 * Each tool's own notion of the wished state, on one host at a time: what one of them has left to say after the others,
 * it does here. Ours last, for it is the one that replaces whole files.
 */
async function converge(cell: Cell, stage: Stage, peers: PeersEnvironment, signal: AbortSignal): Promise<void> {
  for (const name of (['ansible', 'pyinfra', 'andamio'] as const).filter(each => cell.contenders.includes(each))) {
    say(`${name} does the work`)
    const contender: Contender = contenders[name]
    contender.refuse(await timedRun(contender.command(stage, peers), stage.folder, signal), stage, 'any')
    await stage.cool()
  }
  await refuseDifferences(stage, 'all of them')
}

async function take(
  name: ContenderName,
  cell: Cell,
  stage: Stage,
  peers: PeersEnvironment,
  signal: AbortSignal,
): Promise<Sample> {
  if (cell.from === 'blank') await stage.makeBlank()
  if (cell.from === 'one file changed') await stage.spoil()
  await stage.settle()
  const hosts = stage.hosts.map(host => host.name)
  const before = await guestCpuSeconds(stage.stateFolder, hosts)
  const machineBefore = machineSeconds()
  const contender: Contender = contenders[name]
  const run = await timedRun(contender.command(stage, peers), stage.folder, signal)
  const machineCpuSeconds = machineSeconds() - machineBefore
  const hostCpuSeconds = (await guestCpuSeconds(stage.stateFolder, hosts)) - before
  await stage.cool()
  contender.refuse(run, stage, cell.from === 'converged' ? 0 : cell.from === 'blank' ? 'any' : 1)
  await refuseDifferences(stage, name)
  const apt = [...run.output.matchAll(new RegExp(`^${aptTook} (\\d+) ms$`, 'gm'))].map(([, ms]) => Number(ms) / 1000)
  return {
    seconds: run.seconds,
    cpuSeconds: run.cpuSeconds,
    hostCpuSeconds,
    othersCpuSeconds: Math.max(0, machineCpuSeconds - run.cpuSeconds - hostCpuSeconds),
    ...(apt.length > 0 ? { aptSeconds: Math.max(...apt) } : {}),
  }
}

/** The end state of every contender is compared with what was to be done, on every host, by a script of its own. */
async function refuseDifferences(stage: Stage, by: string): Promise<void> {
  for (const [host, found] of await stage.onAll(fingerprintScript(stage.work))) {
    const wrong = differences(stage.work, found)
    if (wrong.length > 0)
      throw new Error(`the work of ${by} is not done on ${host}, so this run is invalid:\n${wrong.join('\n')}`)
  }
}
