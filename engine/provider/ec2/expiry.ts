/** When a host ends itself, and how: one that holds data only stops. */
export interface ExpiryWish {
  readonly hours: number
  readonly atEnd: 'terminate' | 'stop'
}

const hour = 3_600_000
const minute = 60_000

/** `hours` after that moment, in whole minutes: ISO 8601. */
export const expiryFrom = (since: number, hours: number): string =>
  new Date(Math.ceil((since + hours * hour) / minute) * minute).toISOString()

/**
 * Whether what is set is to be set anew: none is there, or less than half of the time is left, or more than the inventory
 * gives. So every `up` gives a host more time, and one that comes right after another changes nothing.
 */
export function isDue(
  expires: string | undefined,
  atEnd: string | undefined,
  wish: ExpiryWish | undefined,
  now: number,
): boolean {
  if (wish === undefined) return expires !== undefined
  const left = (Date.parse(expires ?? '') - now) / hour
  // Of no date at all nothing is left, and no comparison holds.
  const fits = left >= wish.hours / 2 && left <= wish.hours + 1
  return !fits || atEnd !== wish.atEnd
}
