import { execFile } from 'node:child_process'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { foldersInUse } from './in-use.ts'
import type { MirrorStep } from './step.ts'
import { keyOf } from './step-key.ts'
import { lockStep } from './step-lock.ts'

/** What one step once made, or began to make, from inputs that it no longer has. */
export interface StalePart {
  /** `kernel/5270220720227ef5`. */
  readonly name: string
  /** A folder, a log, what an attempt left behind; each a path. */
  readonly paths: readonly string[]
  readonly bytes: number
  /** The process that uses or builds it, for another state of this project; it stays then. */
  readonly usedBy?: string
}

/** Of a step: `KEY` itself and what stands beside it. The lock is empty, and somebody may be waiting with it open. */
const madeByStep = /^([0-9a-f]{16})(\.out|\.scratch|\.log)?$/

/** Everything under `<cache>/mirror` that no step would make by now. Looks only; what it does not know it leaves out. */
export async function staleParts(cacheFolder: string, steps: readonly MirrorStep[]): Promise<readonly StalePart[]> {
  const root = join(cacheFolder, 'mirror')
  const current = new Set(await Promise.all(steps.map(async step => `${step.name}/${await keyOf(step)}`)))
  const stale = new Map<string, string[]>()
  for (const step of await foldersIn(root)) {
    for (const entry of await readdir(join(root, step))) {
      const [, key] = madeByStep.exec(entry) ?? []
      const name = `${step}/${key}`
      if (key === undefined || current.has(name)) continue
      stale.set(name, [...(stale.get(name) ?? []), join(root, step, entry)])
    }
  }
  const users = await foldersInUse([...stale.keys()].map(name => join(root, name)))
  return Promise.all(
    [...stale].map(async ([name, paths]) => {
      const usedBy = users.get(join(root, name))
      return { name, paths, bytes: await sizeOf(paths), ...(usedBy === undefined ? {} : { usedBy }) }
    }),
  )
}

/** Removes the parts that nobody uses. Throws `mirror-step-locked` for one that somebody is building just now. */
export async function removeParts(
  cacheFolder: string,
  parts: readonly StalePart[],
  signal: AbortSignal,
): Promise<void> {
  for (const { name, paths, usedBy } of parts) {
    if (usedBy !== undefined) continue
    const path = `${join(cacheFolder, 'mirror', name)}.lock`
    const lock = await lockStep(path, { limitSeconds: 0, signal, waiting: () => undefined })
    try {
      for (const path of paths) await rm(path, { recursive: true, force: true })
    } finally {
      await lock.release()
    }
  }
}

async function foldersIn(root: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(root, { withFileTypes: true })
    return entries.filter(entry => entry.isDirectory() && /^[a-z][a-z0-9-]*$/.test(entry.name)).map(({ name }) => name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Bytes that the disk would get back, holes in images left out. */
async function sizeOf(paths: readonly string[]): Promise<number> {
  const { stdout } = await promisify(execFile)('du', ['--summarize', '--block-size=1', '--', ...paths])
  return stdout
    .trim()
    .split('\n')
    .reduce((total, line) => total + Number.parseInt(line, 10), 0)
}
