import { setTimeout as pause } from 'node:timers/promises'
import { expect } from '../../../engine/play/checks.ts'
import type { Run } from '../../../engine/play/run.ts'
import { isPassing } from '../../../kube/api/errors.ts'

/** What is missing, in words; undefined where nothing is. */
export type Missing = string | undefined

/**
 * Asks every second until nothing is missing, and gives how many seconds that took. The check fails with what was missing
 * last. An API that cannot serve for the moment is waited for too.
 */
export async function until(
  run: Run,
  what: string,
  limitSeconds: number,
  ask: () => Promise<Missing>,
): Promise<number> {
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1000
  let told: Missing
  for (;;) {
    const missing = await ask().catch((error: unknown) => {
      if (isPassing(error)) return error.failure.cause ?? error.message
      throw error
    })
    if (missing === undefined) return seconds()
    expect(seconds() < limitSeconds && !run.signal.aborted, `${missing}, after ${Math.round(seconds())} s`)
    if (missing !== told) run.reach().waiting('cluster', what, limitSeconds, missing)
    told = missing
    await pause(1000, undefined, { signal: run.signal }).catch(() => undefined)
  }
}
