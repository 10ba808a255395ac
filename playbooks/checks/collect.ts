import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Of pieces that are done with; more of them than this is not worth its memory, and less not its time. */
const mostBytes = 4_000_000

let collect: (() => void) | undefined
let left = 0

/**
 * Told of each piece that is done with. Left to itself the runtime lets some 60 MB of them stand before it collects them,
 * for it counts its own small objects, and not what they hold: half of all that a run may take.
 */
export function doneWith(bytes: number): void {
  left += bytes
  if (left < mostBytes) return
  left = 0
  collect ??= collector()
  collect()
}

/** The collector has a name only in what is made after the flag that gives it one. */
function collector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
