import pLimit from 'p-limit'
import { AndamioError } from '../errors.ts'
import type { ProviderPlan } from '../provider/provider.ts'
import type { Failure } from '../report/events.ts'
import type { AnyResource } from '../resource/resource.ts'
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
    plays: ['Create the hosts'],
    async perform(run: Run): Promise<void> {
      run.unlessDone.push(() => run.provider.stillThere?.())
      if (!run.options.check) await run.provider.preflight()
      for (const failure of (await run.provider.foresee?.()) ?? []) {
        if (!run.options.check) throw new AndamioError(failure)
        // The plan is true on any machine.
        run.remind(endsAtOnce(failure))
      }
      for (const text of (await run.provider.leavesAsIs?.()) ?? []) run.remind(text)
      const { shared, hosts } = run.provider.create()
      const own = only(hosts, host => run.takesPart(host))
      await timed(run, this.title, [...own.keys()], async () => {
        await playShared(run, this.title, shared)
        stopIfFailed(run)
        await playOwn(run, this.title, own)
      })
      await takeOver(run, [...own.keys()])
    },
  }
}

/** Ends a run at once, before it makes what hosts need, where they could not be made. Reads only. */
export async function refuseForeseen(run: Run): Promise<void> {
  const [first] = (await run.provider.foresee?.()) ?? []
  if (first) throw new AndamioError(first)
}

/** What the provider wants done on each host before anybody else acts there. */
async function takeOver(run: Run, hosts: readonly string[]): Promise<void> {
  const { firstLogin } = run.provider
  if (!firstLogin) return
  const title = 'Take the hosts over'
  const began = performance.now()
  run.emit({ type: 'play.start', play: title, hosts })
  const limit = pLimit(run.options.forks)
  const play = (host: string) =>
    limit(() =>
      playList(run, title, host, true, async () =>
        firstLogin(host).map(resource => ({ resource, role: run.provider.name })),
      ),
    )
  await Promise.all(hosts.map(play))
  run.emit({ type: 'play.end', play: title, seconds: (performance.now() - began) / 1000 })
  stopIfFailed(run)
}

/** Has the provider remove the hosts, also those that have left the inventory, then what they shared. */
export function noHosts(): Step {
  return {
    title: 'Remove the hosts',
    roles: [],
    groups: [],
    plays: ['Remove the hosts'],
    async perform(run: Run): Promise<void> {
      run.unlessDone.push(() => run.provider.stillThere?.())
      const { shared, hosts } = run.provider.destroy()
      const own = only(hosts, host => !run.limited || run.takesPart(host))
      await timed(run, this.title, [...own.keys()], async () => {
        await removeOwn(run, this.title, own)
        stopIfFailed(run)
        // What hosts share goes only with the last of them.
        if (!run.limited) await playShared(run, this.title, shared)
      })
      if (!run.options.check && !run.limited) await refuseRemains(run)
    },
  }
}

/** Looks whether anything of the lab is left, where the provider can tell. Throws `lab-remains`. */
async function refuseRemains(run: Run): Promise<void> {
  const remains = await run.provider.remains?.()
  if (remains === undefined) return
  const { ours, others } = remains
  if (others.length > 0) run.emit({ type: 'notice', level: 'warning', text: staysOf(run, others) })
  if (ours.length === 0) {
    run.emit({
      type: 'notice',
      level: 'info',
      text: `Nothing of the lab ${run.lab.name} is left at ${run.provider.name}.`,
    })
    return
  }
  throw new AndamioError({
    code: 'lab-remains',
    message: `Of the lab ${run.lab.name} something is left`,
    place: run.provider.name,
    cause: ours.join('; '),
    next: 'Run the same command again; what then still remains is to be removed by hand.',
  })
}

const staysOf = ({ lab, provider }: Run, others: readonly string[]): string =>
  `At ${provider.name} there is something by the name of the lab ${lab.name} that this lab has not made. It is not removed: ` +
  `${others.join('; ')}.`

/** Hosts that the provider still has and the inventory no longer lists. */
export function retiredHosts(run: Run): readonly string[] {
  const listed = new Set(run.lab.hosts.map(({ name }) => name))
  return [...run.provider.destroy().hosts.keys()].filter(host => !listed.has(host))
}

/** Has the provider remove the hosts that have left the inventory. Not for a run under `--limit`. */
export async function removeRetired(run: Run, title: string): Promise<void> {
  const retired = new Set(retiredHosts(run))
  const own = only(run.provider.destroy().hosts, host => retired.has(host))
  await timed(run, title, [...retired], () => removeOwn(run, title, own))
}

/** What check mode says of something that the real run would refuse before it begins. */
export const endsAtOnce = ({ message, cause, next }: Failure): string =>
  `Without --check this would end at once. ${message.replace(/\.$/, '')}${cause === undefined ? '' : `: ${cause}`}.` +
  `${next === undefined ? '' : ` ${next}`}`

type OwnPlans = ProviderPlan['hosts']

const only = (plans: OwnPlans, takesPart: (host: string) => boolean): OwnPlans =>
  new Map([...plans].filter(([host]) => takesPart(host)))

async function timed(run: Run, play: string, hosts: readonly string[], work: () => Promise<void>): Promise<void> {
  const began = performance.now()
  run.emit({ type: 'play.start', play, hosts })
  await work()
  await run.find()
  run.emit({ type: 'play.end', play, seconds: (performance.now() - began) / 1000 })
  stopIfFailed(run)
}

async function playShared(run: Run, play: string, shared: readonly AnyResource[]): Promise<void> {
  await playList(run, play, sharedTarget, false, async () =>
    shared.map(resource => ({ resource, role: run.provider.name })),
  )
}

/**
 * Ends all hosts at once, which is the first thing in each one's list, then removes what is left of them one by one, the
 * first of the inventory last. A run that is killed in between leaves the hosts that others rely on: workers without
 * their control plane would be another cluster's for the next run.
 */
async function removeOwn(run: Run, play: string, plans: OwnPlans): Promise<void> {
  const cut = (from: number, to?: number): [string, readonly AnyResource[]][] =>
    [...plans].map(([host, list]) => [host, list.slice(from, to)])
  await playOwn(run, play, new Map(cut(0, 1)))
  for (const [host, rest] of cut(1).reverse()) {
    if (!run.failures.has(host)) await playOwn(run, play, new Map([[host, rest]]))
  }
}

async function playOwn(run: Run, play: string, plans: OwnPlans): Promise<void> {
  const limit = pLimit(run.options.forks)
  const playHost = ([host, resources]: [string, readonly AnyResource[]]) =>
    limit(() =>
      playList(run, play, host, false, async () => resources.map(resource => ({ resource, role: run.provider.name }))),
    )
  await Promise.all([...plans].map(playHost))
}
