import { randomBytes } from 'node:crypto'

/** A name that no other run's lab has: what one that was cut off left on this machine is then in nobody's way. */
export const nameOfThisRun = (proof: string): string => `${proof}-${randomBytes(2).toString('hex')}`
