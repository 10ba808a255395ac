import { type Ec2Lab, mine, ours } from './lab.ts'
import { isAlive, type SeenInstance } from './seen.ts'

/** Instances of a host that have not ended; one, where all is well. */
export const alive = (lab: Ec2Lab, seen: readonly SeenInstance[], host: string): readonly SeenInstance[] =>
  ours(lab, seen.filter(isAlive)).filter(one => one.host === host)

/** Of this very lab, also those that have ended; see `mine`. */
export const mineOf = (
  lab: Pick<Ec2Lab, 'journal'>,
  seen: readonly SeenInstance[],
  host: string,
): readonly SeenInstance[] => mine(lab, seen).filter(one => one.host === host)
