import type { Ref, Resource } from '../../engine/resource/resource.ts'
import { present } from '../../engine/resource/resource.ts'
import { neverApplied } from '../../engine/resources/assertion.ts'

/**
 * The host's clock agrees with this machine's, or the host is stopped with a clear error: certificates that are made here
 * would be "not yet valid" there. Judged within the round trip that asks, whose length is no difference of clocks.
 * `keeper` keeps the host's time: while that is still to come, the clock may come right.
 */
export function clockAgrees(withinSeconds: number, keeper: Ref): Resource<string> {
  let asked = Date.now()
  return {
    kind: 'assertion',
    id: `clock within ${withinSeconds} s of the operator's`,
    after: [keeper],
    probe: {
      of: 'host',
      keys: [],
      script: () => {
        asked = Date.now()
        return 'date +%s'
      },
      parse: output => {
        const seconds = Number(output)
        if (output === '' || !Number.isInteger(seconds)) throw new Error(`not a time: ${output}`)
        return present(verdict(seconds - asked / 1000, seconds - Date.now() / 1000, withinSeconds))
      },
    },
    diff: is => {
      const before = is.is === 'present' ? is.state : null
      return before === agrees ? [] : [{ attribute: 'clock', before, after: agrees }]
    },
    refuse(is, will) {
      if (will.change(keeper)) return undefined
      return {
        code: 'clock-differs',
        message: "The host's clock differs from this machine's",
        cause: `It is ${is.is === 'present' ? is.state : 'not known'}; ${withinSeconds} s are allowed.`,
        next: 'Look which of the two is wrong (date -u on both, timedatectl), set it right, and run again.',
      }
    },
    apply: neverApplied,
  }
}

const agrees = 'right'

/** Between the moment of asking and that of the answer the host's clock was read: only what lies outside is a difference. */
function verdict(sinceAsked: number, sinceAnswer: number, within: number): string {
  // Whole seconds: a clock that says 12:00:00 may stand anywhere up to 12:00:01.
  if (sinceAnswer > within) return `${Math.round(sinceAnswer)} s ahead`
  if (sinceAsked + 1 < -within) return `${Math.round(-sinceAsked)} s behind`
  return agrees
}
