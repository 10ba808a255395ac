import type { Json } from '../../report/events.ts'
import { convergeList } from '../../resource/converge-list.ts'
import type { AnyResource } from '../../resource/resource.ts'
import { type Answer, unknown } from '../../resource/resource.ts'
import type { ProviderPlan } from '../provider.ts'

/** Converges a provider's plan on this machine, one list after the other; gives `kind id` of all that was changed. */
export async function convergeHere({ shared, hosts }: ProviderPlan): Promise<readonly string[]> {
  const changed: string[] = []
  for (const list of [shared, ...hosts.values()]) await converge(list, changed)
  return changed
}

async function converge(list: readonly AnyResource[], changed: string[]): Promise<void> {
  await convergeList(
    list,
    {
      check: false,
      ask: async resources =>
        new Map(await Promise.all(resources.map(async one => [one, await answerOf(one)] as const))),
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

async function answerOf({ probe, id }: AnyResource): Promise<Answer<Json>> {
  if (probe.of !== 'api') throw new Error(`${id} is nothing of this machine`)
  return probe.read(undefined).catch((error: Error) => unknown(error.message))
}
