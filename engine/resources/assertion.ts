import { type Eventual, known, Late } from '../resource/late.ts'
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
  /** What may make it hold. Where none of these changes, nothing will: check mode fails as the real run would. */
  readonly after?: readonly Ref[]
}

/** Holds, or stops the host with a clear error. Never acts. */
export function assertion({ id, script, expect, next, after = [] }: AssertionOptions): Resource<string> {
  return {
    kind: 'assertion',
    id,
    after,
    probe: { of: 'host', keys: [], script: () => script, parse: output => present(output) },
    diff(is) {
      const holds = known(expect) === (is.is === 'present' ? is.state : null)
      return compare({ holds: expect instanceof Late ? expect.map(() => true) : true }, { holds })
    },
    refuse(is, will) {
      const expected = known(expect)
      if (expected === undefined || after.some(other => will.change(other))) return undefined
      return {
        code: 'assertion-failed',
        message: `Not so: ${id}`,
        cause: `found ${JSON.stringify(is.is === 'present' ? is.state : null)}, expected ${JSON.stringify(expected)}`,
        next,
      }
    },
    apply: neverApplied,
  }
}

/** Of a resource that refuses whatever differs. */
export const neverApplied = async (): Promise<never> => {
  throw new Error('what can only be refused is never applied')
}
