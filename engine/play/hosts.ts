import pLimit from 'p-limit'
import type { ProviderPlan } from '../provider/provider.ts'
import { playList } from './play-roles.ts'
import type { Run } from './run.ts'
import type { Step } from './step.ts'
import { stopIfFailed } from './stop.ts'

/** The operator's side of a lab in summaries: what its hosts share. */
export const sharedTarget = 'lab'

/** Has the inventory's provider create the hosts that are missing and start those that are stopped. */
export function hosts(): Step {
  return {
    title: 'Create the hosts',
    roles: [],
    groups: [],
    async perform(run: Run): Promise<void> {
      if (!run.options.check) await run.provider.preflight()
      const plan = run.provider.create()
      const began = performance.now()
      run.emit({ type: 'play.start', play: this.title, hosts: takingPart(plan, run) })
      await playShared(run, this.title, plan)
      stopIfFailed(run)
      await playOwn(run, this.title, plan)
      await run.find()
      run.emit({ type: 'play.end', play: this.title, seconds: (performance.now() - began) / 1000 })
      stopIfFailed(run)
    },
  }
}

/** Has the provider remove the hosts, then what they shared. */
export function noHosts(): Step {
  return {
    title: 'Remove the hosts',
    roles: [],
    groups: [],
    async perform(run: Run): Promise<void> {
      const plan = run.provider.destroy()
      const began = performance.now()
      run.emit({ type: 'play.start', play: this.title, hosts: takingPart(plan, run) })
      await playOwn(run, this.title, plan)
      stopIfFailed(run)
      // What hosts share goes only with the last of them.
      if (!run.limited) await playShared(run, this.title, plan)
      await run.find()
      run.emit({ type: 'play.end', play: this.title, seconds: (performance.now() - began) / 1000 })
      stopIfFailed(run)
    },
  }
}

const takingPart = (plan: ProviderPlan, run: Run): string[] =>
  [...plan.hosts.keys()].filter(host => run.takesPart(host))

async function playShared(run: Run, play: string, plan: ProviderPlan): Promise<void> {
  await playList(run, play, sharedTarget, false, async () =>
    plan.shared.map(resource => ({ resource, role: run.provider.name })),
  )
}

async function playOwn(run: Run, play: string, plan: ProviderPlan): Promise<void> {
  const limit = pLimit(run.options.forks)
  await Promise.all(
    takingPart(plan, run).map(host =>
      limit(() =>
        playList(run, play, host, false, async () =>
          (plan.hosts.get(host) ?? []).map(resource => ({ resource, role: run.provider.name })),
        ),
      ),
    ),
  )
}
