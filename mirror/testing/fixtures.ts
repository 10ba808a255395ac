import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { Progress } from '../../engine/report/events.ts'
import type { BuildOptions } from '../build-step.ts'
import type { MirrorStep } from '../step.ts'

/** For tests: a folder of each test's own, gone after it. */
export function scratchFolder(): { readonly path: string } {
  const folder = { path: '' }
  beforeEach(async () => {
    folder.path = await mkdtemp(join(tmpdir(), 'andamio-mirror-'))
  })
  afterEach(() => rm(folder.path, { recursive: true, force: true }))
  return folder
}

/** For tests: a step of no needs, with what differs from that. */
export const stepOf = (differing: Partial<MirrorStep>): MirrorStep => ({
  name: 'sample',
  summary: 'A sample',
  needs: [],
  debianPackages: [],
  coldSeconds: 1,
  inputs: async () => ['1'],
  build: async () => {},
  ...differing,
})

/** For tests: options whose progress is collected. */
export function buildOptions(cacheFolder: string): BuildOptions & { readonly told: Omit<Progress, 'at'>[] } {
  const told: Omit<Progress, 'at'>[] = []
  return {
    cacheFolder,
    told,
    signal: new AbortController().signal,
    emit: event => {
      if (event.type === 'progress') told.push(event)
    },
  }
}
