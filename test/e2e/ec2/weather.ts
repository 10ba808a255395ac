import { randomFrom } from '../random.ts'
import type { Faults } from './faults.ts'

/** What a seed brings: the same every time. */
export interface Weather {
  readonly faults: Omit<Faults, 'clock'>
  /** Calls after which the first up is killed, or the name of the last one; undefined: it is not. */
  readonly killUp: number | string | undefined
  /** Whether up is run again before down. */
  readonly upAgain: boolean
  readonly killDown: number | undefined
}

const making = ['RunInstances', 'RunInstances', 'ImportKeyPair', 'CreateSecurityGroup', 'AuthorizeSecurityGroupIngress']

/** The first 0 to 8 calls throttled, everything hidden for 0 to 300 s after it was made, killed after any call. */
export function weatherOf(seed: number, callsOfUp: number, callsOfDown: number): Weather {
  const random = randomFrom(seed)
  const upTo = (most: number) => Math.floor(random() * (most + 1))
  let throttled = upTo(8)
  const longest = random() < 0.3 ? 0 : upTo(300)
  const hidden = randomFrom(seed + 1_000_000)
  return {
    faults: {
      throttled: () => throttled-- > 0,
      hiddenSeconds: () => hidden() * longest,
      moveSeconds: upTo(30),
    },
    // Most calls only look: those that make something have their share.
    killUp: random() < 0.3 ? making[upTo(making.length - 1)] : random() < 0.7 ? 1 + upTo(callsOfUp) : undefined,
    upAgain: random() < 0.6,
    killDown: random() < 0.4 ? 1 + upTo(callsOfDown) : undefined,
  }
}
