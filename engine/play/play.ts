import pLimit from 'p-limit'
import type { ApiTarget } from '../resource/probe.ts'
import { hostLeftOut } from './left-out.ts'
import { playRoles } from './play-roles.ts'
import type { AnyRole, Role, Var } from './role.ts'
import type { Run } from './run.ts'
import type { Need, Step } from './step.ts'
import { stopIfFailed } from './stop.ts'

export interface PlayOptions {
  /** A group or host of the inventory, or an API such as the cluster. */
  readonly on: string | ApiTarget<unknown, unknown>
  readonly roles: readonly AnyRole[]
  /** How many hosts at once; default `--forks`. */
  readonly serial?: number
}

/**
 * Gives roles to hosts. Hosts run side by side and do not wait for each other; the play ends when all have. What is
 * played on an API goes by the host that it runs on: `--limit` leaves out both or neither.
 */
export function play(title: string, { on, roles, serial }: PlayOptions): Step {
  return {
    title,
    roles: roles as readonly Role<Readonly<Record<string, Var>>>[],
    groups: typeof on === 'string' ? [on] : [],
    needs: needsOf(on, roles),
    plays: [title],
    async perform(run: Run): Promise<void> {
      const left = typeof on === 'string' ? undefined : hostLeftOut(run, on)
      if (left !== undefined) {
        run.emit({ type: 'notice', level: 'info', text: `${title}: left out, for ${left} is outside --limit` })
        return
      }
      const targets = typeof on === 'string' ? run.hostsIn(on) : [on.name]
      const began = performance.now()
      run.emit({ type: 'play.start', play: title, hosts: targets })
      const limit = pLimit(serial ?? run.options.forks)
      await Promise.all(
        targets.map(target =>
          run.inTurn(target, () => limit(() => playRoles(run, title, target, typeof on === 'string', roles))),
        ),
      )
      run.emit({ type: 'play.end', play: title, seconds: (performance.now() - began) / 1000 })
      stopIfFailed(run)
    },
  }
}

function needsOf(on: PlayOptions['on'], roles: readonly AnyRole[]): readonly Need[] {
  const ofRoles = roles.flatMap(role => role.needs ?? [])
  if (typeof on === 'string') return ofRoles.map(group => ({ on: { group: on }, group }))
  const api = { api: on.name, ...(on.group === undefined ? {} : { group: on.group }) }
  return ofRoles.map(group => ({ on: api, group }))
}

/** Plays side by side. A host in several of them takes them in turn. */
export function parallel(...steps: readonly Step[]): Step {
  return {
    title: steps.map(step => step.title).join(' | '),
    roles: steps.flatMap(step => step.roles),
    groups: steps.flatMap(step => step.groups),
    needs: steps.flatMap(step => step.needs ?? []),
    plays: steps.flatMap(step => step.plays ?? []),
    async perform(run: Run): Promise<void> {
      const ends = await Promise.allSettled(steps.map(step => step.perform(run)))
      const failed = ends.find(end => end.status === 'rejected')
      if (failed) throw failed.reason
    },
  }
}
