import type { Run } from '../../../engine/play/run.ts'
import type { Found } from '../../../engine/provider/provider.ts'
import { answering } from './machine.ts'

export interface NotAsked {
  readonly text: string
  readonly data: { readonly notAsked: readonly string[] }
}

/**
 * Hosts that were not looked at, because they do not run: what was found of the others says nothing of them. Undefined
 * where all were. One that runs and does not answer is told as a failure of its own.
 */
export function notAsked(run: Pick<Run, 'lab' | 'found' | 'failures'>): NotAsked | undefined {
  const stand = run.lab.hosts.map(({ name }) => ({ name, found: run.found.get(name) ?? ({ is: 'absent' } as const) }))
  const left = stand.filter(({ found }) => found.is !== 'running')
  const data = { notAsked: (answering(run).length === 0 ? stand : left).map(({ name }) => name) }
  if (answering(run).length === 0) {
    const none = left.length < stand.length ? 'No host that runs lets us in' : 'No host runs that could be asked'
    return { text: `${none}: nothing was looked at on hosts and between them.`, data }
  }
  if (left.length === 0) return undefined
  return { text: `Not looked at: ${left.map(({ name, found }) => `${name} ${words(found)}`).join('; ')}.`, data }
}

function words(found: Found): string {
  if (found.is === 'unknown') return `is not known: ${found.why}`
  const why = ('why' in found && found.why) || undefined
  return found.is === 'stopped' ? `is stopped${why ? ` (${why})` : ''}, up starts it` : 'is not built, up makes it'
}
