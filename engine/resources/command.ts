import type { Ref, Resource } from '../resource/resource.ts'
import { absent, present } from '../resource/resource.ts'
import { compare } from './changes.ts'
import { pathProbe } from './file.ts'
import { checkPath } from './names.ts'

interface Common {
  /** For people and plans: `unpack the CNI plugins`. */
  readonly id: string
  /** POSIX sh, as root, under `set -eu`. */
  readonly run: string
  /** Default 120. */
  readonly timeoutSeconds?: number
  readonly after?: readonly Ref[]
}

export type CommandOptions = Common &
  (
    | {
        /** Whether this path is there tells whether the command was run. */
        readonly creates: string
      }
    | {
        /** Read-only fragment that exits 0 when the command need not run, 1 when it must; anything else is unknown. */
        readonly done: string
        /** Why neither a path nor another resource can tell. */
        readonly reason: string
      }
  )

/** The last resort: a command, and how one sees that it has been run. */
export function command(options: CommandOptions): Resource<string | { readonly [key: string]: string }> {
  const { id, run, timeoutSeconds = 120, after } = options
  const probe =
    'creates' in options
      ? pathProbe(checkPath(options.creates))
      : {
          of: 'host' as const,
          keys: [],
          // In a subshell, so that an `exit` in it is not ours.
          script: () =>
            `(\n${options.done}\n) >/dev/null; case $? in (0) echo yes ;; (1) echo no ;; (*) exit 2 ;; esac`,
          parse: (output: string) => (output === 'yes' ? present('done') : absent),
        }
  return {
    kind: 'command',
    id,
    ...(after && { after }),
    probe,
    diff: is => (is.is === 'present' ? [] : compare({ done: true }, { done: false })),
    apply: async on => {
      await on.run(run, { what: id, timeoutSeconds })
    },
  }
}
