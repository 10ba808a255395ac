import type { ProviderPlan } from '../../engine/provider/provider.ts'
import { ask } from '../../engine/resource/ask.ts'
import { convergeList } from '../../engine/resource/converge-list.ts'
import type { AnyResource } from '../../engine/resource/resource.ts'

/** What converging a plan came to: `kind id` of everything that was changed, in order. */
export type Changed = readonly string[]

/** Shared first, then the hosts side by side, as a playbook does it; `hosts-first` for the way down. */
export async function convergePlan(plan: ProviderPlan, order: 'shared-first' | 'hosts-first'): Promise<Changed> {
  const changed: string[] = []
  const shared = () => converge(plan.shared, changed)
  const hosts = () => Promise.all([...plan.hosts.values()].map(list => converge(list, changed)))
  for (const part of order === 'shared-first' ? [shared, hosts] : [hosts, shared]) await part()
  return changed
}

async function converge(list: readonly AnyResource[], changed: string[]): Promise<void> {
  await convergeList(
    list,
    {
      check: false,
      ask: resources => ask(resources, { session: target => target.open(noLab) }),
      writerFor: async () => undefined,
      changed: new Set(),
    },
    {
      starts: () => undefined,
      ends: ({ kind, id }, { outcome }) => {
        if (outcome === 'changed') changed.push(`${kind} ${id}`)
      },
    },
  )
}

/** Nothing of a lab is needed to open a session with this machine. */
const noLab = {
  lab: 'none',
  stateFolder: '',
  hostsOf: () => [],
  addressOf: () => undefined,
  readOn: () => Promise.reject(new Error('no host is asked here')),
  takesPart: () => true,
  tunnelTo: () => undefined,
  mayWrite: async () => undefined,
  waiting: () => undefined,
  signal: new AbortController().signal,
}
