import { setTimeout as pause } from 'node:timers/promises'
import { type ExitCode, exitCode } from '../errors.ts'
import type { LabHosts } from '../inventory/lab.ts'
import { peakMemory } from '../process/peak-memory.ts'
import { startup } from '../process/startup.ts'
import type { Provider, ProviderContext } from '../provider/provider.ts'
import type { Emit, Event, Failure, Reporter } from '../report/events.ts'
import { begins } from './begun.ts'
import { countsOf } from './counts.ts'
import { cacheFolder, refuseUnreadable, stateFolder } from './folders.ts'
import { listenForInterrupts } from './interrupts.ts'
import { type Holder, holderOf, holderWords, type LabLock, lockLab, refuseHeld } from './lab-lock.ts'
import { refuseLeftOut } from './left-out.ts'
import { redactEvent } from './redact-event.ts'
import { Run } from './run.ts'
import type { OnAnswers, RunOptions, RunParts } from './run-parts.ts'
import type { Step } from './step.ts'
import { exitOf, failureOf, RunStopped } from './stop.ts'
import { UnderWay } from './under-way.ts'

export interface Playbook {
  readonly name: string
  readonly steps: readonly Step[]
  /** Takes the lab's lock, because it changes things. Check mode never does. */
  readonly exclusive: boolean
  /** Of one that only looks: with `drift`, what is not known differs, too; with `findings`, what would change is none. */
  readonly tells?: 'drift' | 'findings' | undefined
}

export interface PlaybookContext {
  readonly lab: LabHosts
  readonly options: RunOptions
  readonly reporters: readonly Reporter[]
  /** Said once at the start, e.g. that a version is near the end of its support. */
  readonly warnings: readonly string[]
  /** The command that was called, for the resume hint of a run that changes things. */
  readonly command: string
  /** Aborted when nobody reads any more what the run tells: it then ends as after an interrupt. */
  readonly unread?: AbortSignal
  /** Group whose first host keeps the lease of a run that changes things. */
  readonly leaseOn?: string
  provider(context: ProviderContext): Promise<Provider>
  connect(context: ProviderContext, signal: AbortSignal): RunParts['connect']
  readonly onAnswers?: OnAnswers
}

/** By the same command, as it is, where something has begun. */
const resumable: readonly ExitCode[] = [exitCode.failed, exitCode.unreachable, exitCode.locked]

/** Performs a playbook's steps and tells its reporters everything. Gives the exit status of DESIGN 6. */
export async function perform(playbook: Playbook, context: PlaybookContext): Promise<ExitCode> {
  const { lab, options, reporters } = context
  const underWay = new UnderWay()
  let ended = false
  let begun = false
  const emit: Emit = event => {
    // Of one that was left, what goes on for a moment is told no more.
    if (ended) return
    const stamped = redactEvent({ at: new Date().toISOString(), ...event } as Event)
    underWay.on(stamped)
    begun ||= begins(stamped)
    for (const reporter of reporters) reporter.on(stamped)
    ended = event.type === 'run.end'
  }
  const began = performance.now()
  const interrupt = listenForInterrupts(emit, () => leave(), context.unread)
  const providerContext: ProviderContext = {
    lab,
    stateFolder: stateFolder(lab.name),
    cacheFolder: cacheFolder(),
    emit,
    signal: interrupt.signal,
  }
  let lock: LabLock | undefined
  let run: Run | undefined
  let exit: ExitCode
  let failure: Failure | undefined

  const end = (exit: ExitCode, failure?: Failure): void =>
    emit({
      type: 'run.end',
      exit,
      roundTrips: run?.roundTrips() ?? 0,
      seconds: (performance.now() - began) / 1000,
      memoryBytes: peakMemory(),
      ...(run ? countsOf(run) : { hosts: {} }),
      ...(failure ? { failure } : {}),
      // Of a check nothing is lost: it begins anew.
      ...(playbook.exclusive && !options.check && resumes(exit) ? { resume: context.command } : {}),
    })
  const remind = (exit: ExitCode): void => {
    for (const text of run?.reminders ?? []) emit({ type: 'notice', level: 'warning', text })
    if (options.check || exit === exitCode.done) return
    for (const words of run?.unlessDone.flatMap(tell => tell() ?? []) ?? [])
      emit({ type: 'notice', level: 'warning', ...words })
  }
  const resumes = (exit: ExitCode): boolean => exit === exitCode.interrupted || (begun && resumable.includes(exit))
  /** In the middle of whatever is under way: what is to be said of it is said before anything is awaited. */
  const leave = (): void => {
    if (!options.check) for (const text of underWay.words()) emit({ type: 'notice', level: 'warning', text })
    remind(exitCode.interrupted)
    end(exitCode.interrupted)
    void endProcess(reporters)
  }

  const before = await startup()
  const plays = playbook.steps.flatMap(step => step.plays ?? [])
  emit({
    type: 'run.start',
    playbook: playbook.name,
    lab: lab.name,
    inventory: lab.file,
    check: options.check,
    hosts: lab.hosts.map(({ name }) => name),
    ...(plays.length > 0 ? { plays } : {}),
    ...(before.length > 0 ? { startup: before } : {}),
  })
  for (const text of context.warnings) emit({ type: 'notice', level: 'warning', text })
  try {
    await refuseUnreadable(providerContext.stateFolder)
    const holds = playbook.exclusive && !options.check
    const parts = async (): Promise<RunParts> => ({
      ...{ options, lab, emit, underWay, stateFolder: providerContext.stateFolder, signal: interrupt.signal },
      provider: await context.provider(providerContext),
      connect: context.connect(providerContext, interrupt.signal),
    })
    const asking = holds ? playbook.steps.filter(step => step.asks) : []
    // Whoever would be refused is not asked first.
    if (asking.length > 0) await refuseHeld(providerContext.stateFolder)
    for (const step of asking) await step.perform(new Run(await parts()))
    if (holds) lock = await lockLab(providerContext.stateFolder, playbook.name)
    const heldBy = lock ? undefined : await holderOf(providerContext.stateFolder)
    if (heldBy) emit(beingChanged(heldBy))
    run = new Run({
      ...(await parts()),
      heldBy,
      ...(lock && context.leaseOn ? { lease: { group: context.leaseOn, seat: lock.seat } } : {}),
      ...(context.onAnswers ? { onAnswers: context.onAnswers } : {}),
    })
    for (const step of playbook.steps.filter(step => step.offline)) await step.perform(run)
    // One that looks for findings tells it among the others, as what is foreseen.
    const own = playbook.steps.some(step => !step.offline && !step.anyLab)
    if (own && playbook.tells !== 'findings') await run.refuseAnother()
    await run.find()
    refuseLeftOut(run, playbook.steps)
    for (const step of playbook.steps.filter(step => !asking.includes(step) && !step.offline)) {
      if (interrupt.signal.aborted) throw new RunStopped(exitCode.interrupted)
      await step.perform(run)
    }
    exit = interrupt.signal.aborted ? exitCode.interrupted : verdict(run, playbook)
  } catch (error) {
    exit = error instanceof RunStopped ? error.exit : exitOf(error)
    if (interrupt.signal.aborted) exit = exitCode.interrupted
    else if (!(error instanceof RunStopped)) failure = failureOf(error)
  }
  await run?.lease?.release()
  remind(exit)
  await run?.close()
  await lock?.release()
  interrupt.end()
  end(exit, failure)
  for (const reporter of reporters) await reporter.close()
  return exit
}

/** What is looked at now may be something half made. */
const beingChanged = (holder: Holder): Parameters<Emit>[0] => {
  const { playbook, who, since, process } = holder
  return {
    type: 'notice',
    level: 'warning',
    text: `A run is changing this lab: ${holderWords(holder)}. What is told here is of the middle of it.`,
    data: { heldBy: { playbook, who, since, process: process.pid } },
  }
}

function verdict(run: Run, { tells }: Playbook): ExitCode {
  if (!run.options.check || tells === 'findings') return exitCode.done
  const counts = [...run.counts.values()]
  if (counts.some(count => count.unknown > 0)) return tells === 'drift' ? exitCode.changesFound : exitCode.unknownsFound
  return counts.some(count => count.changed > 0) ? exitCode.changesFound : exitCode.done
}

/** A terminal is given back as it was, and reports are written of what there was; nobody who is slow is waited for. */
async function endProcess(reporters: readonly Reporter[]): Promise<never> {
  const closing = Promise.allSettled(reporters.map(async reporter => reporter.close()))
  await Promise.race([closing, pause(500)])
  process.exit(exitCode.interrupted)
}
