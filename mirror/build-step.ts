import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Emit } from '../engine/report/events.ts'
import { runCommand } from './command.ts'
import type { MirrorStep, StepWork } from './step.ts'
import { folderOf, isBuilt } from './step-key.ts'
import { lockStep } from './step-lock.ts'

export interface BuildOptions {
  /** `$XDG_CACHE_HOME/andamio`. */
  readonly cacheFolder: string
  readonly emit: Emit
  readonly signal: AbortSignal
}

/** Kernel and Kubernetes together take under half an hour; a slow machine gets three times that. */
const lockLimitSeconds = 5400
const leastMillisecondsBetweenProgress = 1000

/**
 * Builds one step whose needs are built, and gives its folder. Beside that folder stand, while it is being made,
 * `KEY.out` (dropped when an attempt begins), `KEY.scratch` (kept between attempts) and `KEY.lock`; `KEY.log` stays.
 */
export async function buildStep(step: MirrorStep, options: BuildOptions): Promise<string> {
  const { cacheFolder, emit, signal } = options
  const folder = await folderOf(cacheFolder, step)
  if (await isBuilt(cacheFolder, step)) return folder
  const since = Date.now()
  const tell = (fields: object) =>
    emit({ type: 'progress', task: step.name, seconds: (Date.now() - since) / 1000, ...fields })
  await mkdir(join(folder, '..'), { recursive: true })
  const lock = await lockStep(`${folder}.lock`, {
    limitSeconds: lockLimitSeconds,
    signal,
    waiting: () => tell({ detail: 'another process is building it: waiting for that' }),
  })
  try {
    if (await isBuilt(cacheFolder, step)) return folder
    tell({ detail: step.summary })
    const [out, scratch, logFile] = [`${folder}.out`, `${folder}.scratch`, `${folder}.log`]
    await rm(out, { recursive: true, force: true })
    await mkdir(out, { recursive: true })
    await mkdir(scratch, { recursive: true })
    const needs = new Map(await Promise.all(step.needs.map(async n => [n, await folderOf(cacheFolder, n)] as const)))
    await step.build({
      out,
      scratch,
      cacheFolder,
      signal,
      of: need => needs.get(need) ?? notDeclared(step, need),
      run: (program, args, more) =>
        runCommand(program, args, { step: step.name, logFile, signal, lock: lock.descriptor }, more),
      progress: throttled(tell),
    })
    signal.throwIfAborted()
    await rename(out, folder)
    await rm(scratch, { recursive: true, force: true })
    tell({ detail: 'built', ended: 'ok' })
    return folder
  } catch (error) {
    tell({ ended: 'failed' })
    throw error
  } finally {
    await lock.release()
  }
}

function throttled(tell: (fields: object) => void): StepWork['progress'] {
  let last = 0
  return (detail, count) => {
    if (Date.now() - last < leastMillisecondsBetweenProgress) return
    last = Date.now()
    tell({ detail, ...count })
  }
}

function notDeclared(step: MirrorStep, need: MirrorStep): never {
  throw new Error(`${step.name} reads ${need.name}, which it does not declare in needs`)
}
