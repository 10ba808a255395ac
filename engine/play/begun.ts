import type { Event } from '../report/events.ts'

/**
 * Whether something has been begun that the same command would go on with: something was changed or tried, or a host was
 * lost. A run that was refused before has nothing to resume, and says itself what to do first.
 */
export const begins = (event: Event): boolean =>
  event.type === 'progress' ||
  event.type === 'host.unreachable' ||
  (event.type === 'resource.end' && (event.outcome === 'changed' || event.outcome === 'failed'))
