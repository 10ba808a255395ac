import { AndamioError } from '../errors.ts'
import { type Eventual, known } from '../resource/late.ts'
import type { Ref, Resource } from '../resource/resource.ts'
import { present } from '../resource/resource.ts'
import { compare } from './changes.ts'

export interface AssertionOptions {
  /** What is asserted: `containerd and its configuration agree`. */
  readonly id: string
  /** Read-only fragment that prints what is so; exits 0 also when that is not what is hoped for. */
  readonly script: string
  readonly expect: Eventual<string>
  /** What a person can do when it does not hold. */
  readonly next: string
  readonly after?: readonly Ref[]
}

/** Holds, or stops the host with a clear error. Never acts. */
export function assertion({ id, script, expect, next, after }: AssertionOptions): Resource<string> {
  return {
    kind: 'assertion',
    id,
    ...(after && { after }),
    probe: { of: 'host', keys: [], script: () => script, parse: output => present(output) },
    diff: is => compare({ holds: expect }, { holds: is.is === 'present' ? is.state : null }),
    apply: async (on, is) => {
      throw new AndamioError({
        code: 'assertion-failed',
        message: `Not so on ${on.host}: ${id}`,
        place: on.host,
        cause: `found ${JSON.stringify(is.is === 'present' ? is.state : null)}, expected ${JSON.stringify(known(expect))}`,
        next,
      })
    },
  }
}
