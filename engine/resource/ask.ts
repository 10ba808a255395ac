import type { Connection } from '../connection/connection.ts'
import type { Json } from '../report/events.ts'
import type { FragmentAnswer } from './batch.ts'
import type { ApiProbe, ApiSession, ApiTarget, HostProbe, Probe } from './probe.ts'
import { askHost } from './questions.ts'
import { type Answer, absent, type Ref, unknown } from './resource.ts'

/** What can be asked how it stands: a resource, or a text within one. */
export interface Asked extends Ref {
  // biome-ignore lint/suspicious/noExplicitAny: whatever state its probe finds; it is JSON.
  readonly probe: Probe<any>
}

/** Where answers come from: a host's shell, APIs, or both. */
export interface Sources {
  /** The host's connection, or what stands for it while there is none. */
  readonly host?: Connection | { readonly stands: (resource: Ref) => Answer<Json> }
  session(target: ApiTarget<unknown, unknown>): Promise<Answer<ApiSession<unknown, unknown>>>
}

type AnyHostProbe = HostProbe<Json>
type Parts = { readonly host?: AnyHostProbe; readonly api?: ApiProbe<Json> }

const partsOf = ({ probe }: Asked): Parts =>
  probe.of === 'host' ? { host: probe } : probe.of === 'api' ? { api: probe } : { host: probe.host, api: probe.api }

/**
 * Fresh answers of these resources: all shell fragments in one script, all API reads side by side with it. Never throws
 * for a resource: what went wrong becomes its `unknown`. A lost connection is thrown, for it concerns them all.
 */
export async function ask<A extends Asked>(
  resources: readonly A[],
  sources: Sources,
): Promise<ReadonlyMap<A, Answer<Json>>> {
  const stands = sources.host && 'stands' in sources.host ? sources.host.stands : undefined
  const connection = sources.host && 'exec' in sources.host ? sources.host : undefined
  const asked = stands ? resources.filter(resource => !partsOf(resource).host) : resources
  const [shell, apis] = await Promise.all([
    connection
      ? askShell(
          asked.flatMap(resource => partsOf(resource).host ?? []),
          connection,
        )
      : new Map(),
    askApis(
      asked.flatMap(resource => partsOf(resource).api ?? []),
      sources,
    ),
  ])
  return new Map(
    resources.map(resource => {
      const { host, api } = partsOf(resource)
      if (host && stands) return [resource, stands(resource)]
      const fromHost = (host && shell.get(host)) ?? unknown('it needs a host, and is played on none')
      const fromApi = (api && apis.get(api)) ?? unknown('its API was not asked')
      if (resource.probe.of === 'both') return [resource, resource.probe.combine(fromHost, fromApi)]
      return [resource, host ? fromHost : fromApi]
    }),
  )
}

async function askShell(
  probes: readonly AnyHostProbe[],
  connection: Connection,
): Promise<Map<AnyHostProbe, Answer<Json>>> {
  const groups = mergeProbes(probes)
  const answers = new Map<AnyHostProbe, Answer<Json>>()
  if (groups.length === 0) return answers
  const fragments = groups.map(group => ({
    script: (group[0] as AnyHostProbe).script([...new Set(group.flatMap(probe => probe.keys))]),
    timeoutSeconds: Math.max(...group.map(probe => probe.timeoutSeconds ?? 10)),
  }))
  const outputs = await askHost(connection, fragments)
  groups.forEach((group, number) => {
    for (const probe of group) answers.set(probe, readAnswer(probe, outputs[number]))
  })
  return answers
}

/** Groups of probes that run as one fragment, in the order of their first member. */
function mergeProbes(probes: readonly AnyHostProbe[]): readonly (readonly AnyHostProbe[])[] {
  const groups = new Map<unknown, AnyHostProbe[]>()
  for (const probe of probes) {
    const key = probe.merge ?? probe
    groups.set(key, [...(groups.get(key) ?? []), probe])
  }
  return [...groups.values()]
}

function readAnswer(probe: AnyHostProbe, output: FragmentAnswer | undefined): Answer<Json> {
  if (!output) return unknown('the host gave no whole answer')
  if (output.status === 124) return unknown(`no answer within ${probe.timeoutSeconds ?? 10} s`)
  if (output.status !== 0)
    return unknown(`its probe ended with status ${output.status}: ${output.stderr || output.stdout}`)
  try {
    return probe.parse(output.stdout)
  } catch (error) {
    return unknown(`its probe's answer cannot be read: ${(error as Error).message}`)
  }
}

async function askApis(
  probes: readonly ApiProbe<Json>[],
  sources: Sources,
): Promise<Map<ApiProbe<Json>, Answer<Json>>> {
  const answers = probes.map(async (probe): Promise<[ApiProbe<Json>, Answer<Json>]> => {
    try {
      const session = await sources.session(probe.target)
      // Where the whole API is not there yet, nothing it would hold is.
      if (session.is === 'absent') return [probe, absent]
      if (session.is === 'unknown') return [probe, session]
      return [probe, await probe.read(session.state.reader)]
    } catch (error) {
      return [probe, unknown(`${probe.target.name}: ${(error as Error).message}`)]
    }
  })
  return new Map(await Promise.all(answers))
}
