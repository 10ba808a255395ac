import { setTimeout as pause } from 'node:timers/promises'
import { meet } from './connections.ts'
import type { Visit } from './visit.ts'

const everyMs = 1000

interface One {
  /** Milliseconds by one clock. */
  readonly began: number
  readonly ended: number
  readonly met: boolean
}

export interface Visited {
  readonly connections: number
  readonly failed: number
  /** The longest time from the begin of one that failed to the end of the next that did not, seconds. */
  readonly longest: number
}

/**
 * A new connection each second, by way of one node after the other, without a second try at any: what users would meet who
 * have no patience. Goes on until it is stopped.
 */
export function visitEverySecond(visit: Visit): { stop(): void; readonly visited: Promise<Visited> } {
  const over = new AbortController()
  const { nodes } = visit
  const once = async (node: string): Promise<One> => {
    const began = performance.now()
    const met = await meet(visit, node).then(
      session => session.close().then(() => true),
      () => false,
    )
    return { began, ended: performance.now(), met }
  }
  const all = async (): Promise<Visited> => {
    const visits: Promise<One>[] = []
    while (!over.signal.aborted) {
      visits.push(once(nodes[visits.length % nodes.length] ?? ''))
      await pause(everyMs, undefined, { signal: over.signal }).catch(() => undefined)
    }
    return summary(await Promise.all(visits))
  }
  return { stop: () => over.abort(), visited: all() }
}

/** Of visits in the order in which they began. */
export function summary(visits: readonly One[]): Visited {
  const failures = visits.flatMap(({ began, ended, met }, index) => {
    if (met) return []
    const next = visits.slice(index + 1).find(later => later.met)
    return [((next ?? { ended }).ended - began) / 1000]
  })
  return { connections: visits.length, failed: failures.length, longest: Math.max(0, ...failures) }
}

export const told = ({ connections, failed, longest }: Visited): string =>
  failed === 0
    ? `none of ${connections} connections failed meanwhile`
    : `${failed} of ${connections} connections failed meanwhile, for ${longest.toFixed(1)} s`
