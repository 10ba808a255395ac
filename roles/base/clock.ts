import { AndamioError } from '../../engine/errors.ts'
import type { Resource } from '../../engine/resource/resource.ts'
import { present } from '../../engine/resource/resource.ts'

/**
 * The host's clock agrees with this machine's, or the host is stopped with a clear error: certificates that are made here
 * would be "not yet valid" there. Judged within the round trip that asks, whose length is no difference of clocks.
 */
export function clockAgrees(withinSeconds: number): Resource<string> {
  let asked = Date.now()
  return {
    kind: 'assertion',
    id: `clock within ${withinSeconds} s of the operator's`,
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
    apply: async (on, is) => {
      throw new AndamioError({
        code: 'clock-differs',
        message: `The clock of ${on.host} differs from this machine's.`,
        place: on.host,
        cause: `It is ${is.is === 'present' ? is.state : 'not known'}; ${withinSeconds} s are allowed.`,
        next: 'Look which of the two is wrong (date -u on both, timedatectl), set it right, and run again.',
      })
    },
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
