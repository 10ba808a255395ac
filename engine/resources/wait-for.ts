import { setTimeout as sleep } from 'node:timers/promises'
import { AndamioError } from '../errors.ts'
import type { Ref, Resource } from '../resource/resource.ts'
import { present } from '../resource/resource.ts'
import { compare } from './changes.ts'

export interface WaitForOptions {
  /** What is waited for: `the API server to answer`. */
  readonly id: string
  /** Read-only fragment that exits 0 when it is so and 1 when not yet; what it prints then is shown as how it stands. */
  readonly script: string
  readonly limitSeconds: number
  /** Default 2. */
  readonly everySeconds?: number
  /** What a person can look at when it never comes. */
  readonly next: string
  readonly after?: readonly Ref[]
}

/** A condition that comes about by itself: applied, it waits for it within a limit, and says how it stands. */
export function waitFor(options: WaitForOptions): Resource<{ readonly met: boolean; readonly detail: string }> {
  const { id, limitSeconds, everySeconds = 2, after } = options
  const script = `detail=$(\n${options.script}\n)
case $? in (0) printf 'met\\n%s\\n' "$detail" ;; (1) printf 'not yet\\n%s\\n' "$detail" ;; (*) exit 2 ;; esac`
  const read = (output: string) => {
    const [answer, ...detail] = output.split('\n')
    if (answer !== 'met' && answer !== 'not yet') throw new Error(`neither met nor not yet: ${answer}`)
    return { met: answer === 'met', detail: detail.join(' ').trim() }
  }
  return {
    kind: 'wait',
    id,
    ...(after && { after }),
    probe: { of: 'host', keys: [], script: () => script, parse: output => present(read(output)) },
    diff: is => compare({ met: true }, { met: is.is === 'present' && is.state.met }),
    apply: async on => {
      const ends = performance.now() + limitSeconds * 1000
      for (;;) {
        const { met, detail } = read(await on.run(`set +e\n${script}`, { what: `look for ${id}`, timeoutSeconds: 60 }))
        if (met) return
        if (performance.now() > ends) throw gaveUp(on.host, options, detail)
        on.waiting(id, limitSeconds, detail)
        await sleep(everySeconds * 1000, undefined, { signal: on.signal })
      }
    },
  }
}

function gaveUp(host: string, { id, limitSeconds, next }: WaitForOptions, detail: string): AndamioError {
  return new AndamioError({
    code: 'wait-timed-out',
    message: `Waited ${limitSeconds} s on ${host} for ${id}`,
    place: host,
    ...(detail && { cause: detail }),
    next,
  })
}
