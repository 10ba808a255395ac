import { type AndamioError, usageError } from '../../errors.ts'
import { type ForeseenCost, foreseenWords } from './foreseen-cost.ts'

/** Throws `ec2-too-dear`, exit 64, where hosts may cost more than the inventory allows, or nobody knows what. */
export function refuseTooDear(cost: ForeseenCost, most: number | undefined, file: string): void {
  if (most === undefined || (cost.most.hourly <= most && cost.most.unpriced.length === 0)) return
  throw tooDear(`they cost ${foreseenWords(cost)}; the inventory allows ${most.toFixed(2)} USD an hour`, file)
}

const tooDear = (cause: string, place: string): AndamioError =>
  usageError({
    code: 'ec2-too-dear',
    message: 'These hosts cost more than the inventory allows',
    place,
    cause,
    next: 'Take fewer or smaller hosts (`type`, `otherTypes`), or raise `mostPerHour` under `ec2`.',
  })
