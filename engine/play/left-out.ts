import { usageError } from '../errors.ts'
import type { Run } from './run.ts'
import type { Need, OnApi, Step } from './step.ts'

/**
 * Under `--limit`: refuses what cannot come about because a host that it needs is not there and takes no part, before
 * anything is made. Throws `needs-left-out`, exit 64.
 */
export function refuseLeftOut(run: Run, steps: readonly Step[]): void {
  if (!run.limited) return
  const missing = steps.flatMap(step => step.needs ?? []).flatMap(need => leftOut(run, need) ?? [])
  // A host that was named is told of before what is played for all.
  const first = missing.find(({ who }) => run.takesPart(who)) ?? missing[0]
  if (first === undefined) return
  const all = new Set([...missing.map(({ needed }) => needed), ...run.lab.selected])
  throw usageError({
    code: 'needs-left-out',
    message: `${first.who} needs ${first.needed}, which ${first.stands} and is outside --limit`,
    place: '--limit',
    next: `Leave --limit out, or give --limit ${[...all].join(',')}.`,
  })
}

function leftOut(run: Run, { on, group }: Need): { who: string; needed: string; stands: string } | undefined {
  if ('api' in on && hostLeftOut(run, on) !== undefined) return undefined
  const [who] = 'api' in on ? [on.api] : run.hostsIn(on.group)
  const [needed] = run.lab.groups.get(group) ?? []
  if (who === undefined || needed === undefined || run.takesPart(needed)) return undefined
  const { is } = run.found.get(needed) ?? { is: 'absent' }
  if (is === 'absent') return { who, needed, stands: 'does not exist' }
  return is === 'stopped' ? { who, needed, stands: 'is stopped' } : undefined
}

/** The host that an API runs on, where `--limit` leaves it out: then nothing is done by that API either. */
export function hostLeftOut(run: Run, { group }: Pick<OnApi, 'group'>): string | undefined {
  const [host] = (group !== undefined && run.lab.groups.get(group)) || []
  return host === undefined || run.takesPart(host) ? undefined : host
}
