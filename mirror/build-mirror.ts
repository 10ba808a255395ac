import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { type BuildOptions, buildStep } from './build-step.ts'
import { runCommand } from './command.ts'
import { installPackages, missingPackages } from './debian-packages.ts'
import { checkMachine } from './machine.ts'
import type { MirrorStep } from './step.ts'
import { isBuilt } from './step-key.ts'
import { mirrorSteps } from './steps.ts'

/** Kernel and Go builds use every core by themselves; two at once fill each other's waits for disk and network. */
const sideBySide = 2

/** Steps that are not built yet, with their needs before them. */
export async function stepsToBuild(cacheFolder: string, steps = mirrorSteps): Promise<readonly MirrorStep[]> {
  const built = await Promise.all(steps.map(step => isBuilt(cacheFolder, step)))
  return steps.filter((_, index) => !built[index])
}

/**
 * Builds what is missing, and nothing else: a second call only looks. Can be killed at any point and called again.
 * Installs the Debian packages that the missing steps need, naming them first.
 */
export async function buildMirror(options: BuildOptions, wanted = mirrorSteps): Promise<void> {
  const steps = await stepsToBuild(options.cacheFolder, wanted)
  if (steps.length === 0) return
  await checkMachine()
  await mkdir(join(options.cacheFolder, 'mirror'), { recursive: true })
  await preparePackages(steps, options)
  await buildSteps(steps, options)
}

async function preparePackages(
  steps: readonly MirrorStep[],
  { cacheFolder, emit, signal }: BuildOptions,
): Promise<void> {
  const logFile = join(cacheFolder, 'mirror', 'packages.log')
  const run = (program: string, args: readonly string[], options = {}) =>
    runCommand(program, args, { step: 'Debian packages', logFile, signal }, options)
  const missing = await missingPackages(
    steps.flatMap(step => step.debianPackages),
    run,
  )
  if (missing.length === 0) return
  emit({
    type: 'notice',
    level: 'info',
    text: `Installing on this machine, to build the mirror: ${missing.join(', ')}`,
  })
  await installPackages(missing, run)
}

/** Each as soon as its needs are there, longest first. The first failure stops the others and is thrown. */
export async function buildSteps(steps: readonly MirrorStep[], options: BuildOptions): Promise<void> {
  const slots = pLimit(sideBySide)
  const failed = new AbortController()
  const signal = AbortSignal.any([options.signal, failed.signal])
  const begun = new Map<MirrorStep, Promise<unknown>>()
  const begin = (step: MirrorStep): Promise<unknown> => {
    const existing = begun.get(step)
    if (existing) return existing
    const needs = step.needs.filter(need => steps.includes(need)).map(begin)
    const build = Promise.all(needs).then(() => slots(() => buildStep(step, { ...options, signal })))
    build.catch(error => failed.abort(error))
    begun.set(step, build)
    return build
  }
  const ended = await Promise.allSettled([...steps].sort((a, b) => b.coldSeconds - a.coldSeconds).map(begin))
  options.signal.throwIfAborted()
  // Whoever was cut off by a failure was cut off with that failure as the reason.
  for (const one of ended) if (one.status === 'rejected') throw one.reason
}
