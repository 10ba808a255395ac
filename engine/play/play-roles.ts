import type { Connection } from '../connection/connection.ts'
import type { UploadEntry } from '../connection/upload-file.ts'
import type { Json } from '../report/events.ts'
import { ask, type Sources } from '../resource/ask.ts'
import { convergeList } from '../resource/converge-list.ts'
import { operator } from '../resource/operator.ts'
import type { ApiTarget } from '../resource/probe.ts'
import { type Answer, type AnyResource, type Ref, unknown } from '../resource/resource.ts'
import { HostWriterOverSsh } from '../resource/writer.ts'
import { type AnyRole, resolveVars } from './role.ts'
import type { Run } from './run.ts'
import { exitOf, failureOf, isUnreachable } from './stop.ts'

/** All roles of one play on one target. Tells every outcome; never throws, for one host's failure is its own. */
export async function playRoles(
  run: Run,
  play: string,
  target: string,
  isHost: boolean,
  roles: readonly AnyRole[],
): Promise<void> {
  await playList(run, play, target, isHost, async () => {
    // What the host is stays late until it answers, as where it does not exist yet.
    const view = run.view(target)
    return roles.flatMap(role =>
      role
        .resources(resolveVars(role, run.varsOf(target, role.name), view), view)
        .map(resource => ({ resource, role: role.name })),
    )
  })
}

/** Converges a list on one target, telling of each resource and of the failure that ended it. */
export async function playList(
  run: Run,
  play: string,
  target: string,
  isHost: boolean,
  makeList: () => Promise<readonly { readonly resource: AnyResource; readonly role: string }[]>,
): Promise<void> {
  if (run.signal.aborted) return
  let current: { readonly resource: AnyResource; readonly since: number } | undefined
  const roleOf = new Map<AnyResource, string>()
  const naming = ({ kind, id }: Ref, role: string) => ({ play, host: target, role, kind, id })
  try {
    for (const { resource, role } of await makeList()) roleOf.set(resource, role)
    const list = [...roleOf.keys()]
    refuseTwins(list)
    const sources: Sources = {
      session: api => run.api(api),
      ...(isHost ? { host: await hostSource(run, target) } : {}),
    }
    let asked = performance.now()
    await convergeList(
      list,
      {
        check: run.options.check,
        assumed: ({ probe }) => probe.of !== 'api' && sources.host !== undefined && 'stands' in sources.host,
        ask: async resources => {
          const began = performance.now()
          const answers = await askSettled(run, target, resources, sources)
          const seconds = (performance.now() - began) / 1000
          // What a resource asks when it was applied is of its own time.
          if (!current && resources.length > 0)
            run.emit({ type: 'looked', play, host: target, resources: resources.length, seconds })
          run.onAnswers?.(target, answers)
          if (isHost) run.provider.learns?.(target, answers)
          return answers
        },
        writerFor: (resource, company) => writerFor(run, target, resource, company),
        claim: async resource => {
          run.options.permits?.(target, resource)
          // What is made on this machine is guarded by its own lock, and may be there before any host.
          if (!run.lease || (resource.probe.of === 'api' && resource.probe.target === operator)) return false
          await run.lease.permit()
          const old = asked < run.lease.taken
          asked = performance.now()
          return old
        },
        ...(run.options.diff && { readText: asked => ask(asked, sources) }),
        changed: run.changedOn(target),
        signal: run.signal,
      },
      {
        starts: resource => {
          current = { resource, since: performance.now() }
          run.emit({ type: 'resource.start', ...naming(resource, roleOf.get(resource) ?? '') })
        },
        ends: (resource, verdict, seconds) => {
          current = undefined
          run.count(target, verdict.outcome)
          run.emit({ type: 'resource.end', ...naming(resource, roleOf.get(resource) ?? ''), seconds, ...verdict })
        },
      },
    )
  } catch (error) {
    // Those two concern the whole run, which then ends with them.
    if (run.signal.aborted || run.lease?.refused) return
    const failure = { place: target, ...failureOf(error) }
    const exit = exitOf(error)
    run.failures.set(target, exit)
    if (isUnreachable(exit)) {
      run.count(target, 'unreachable')
      run.emit({ type: 'host.unreachable', host: target, failure })
      return
    }
    run.count(target, 'failed')
    const seconds = current ? (performance.now() - current.since) / 1000 : 0
    const named = current
      ? naming(current.resource, roleOf.get(current.resource) ?? '')
      : naming({ kind: 'play', id: play }, '')
    run.emit({ type: 'resource.end', ...named, outcome: 'failed', changes: [], seconds, failure })
  }
}

/** The host's connection; in check mode, what stands for a host that is not there. */
async function hostSource(run: Run, host: string): Promise<Connection | { stands: (resource: Ref) => Answer<Json> }> {
  const found = run.found.get(host) ?? { is: 'absent' }
  if (run.options.check && found.is === 'absent') {
    return { stands: ({ kind, id }) => run.provider.pristine(host, kind, id) ?? unknown(`until ${host} exists`) }
  }
  if (run.options.check && found.is === 'stopped') return { stands: () => unknown(`until ${host} is started`) }
  return (await run.session(host)).connection
}

/**
 * Answers that hold. The first question goes to a host together with that of what it is, so only then it shows whether
 * cloud-init is at work there: what was found is then asked anew when that has ended; in check mode, it is not known.
 */
async function askSettled(
  run: Run,
  target: string,
  resources: readonly AnyResource[],
  sources: Sources,
): Promise<ReadonlyMap<AnyResource, Answer<Json>>> {
  const began = performance.now()
  const answers = await ask(resources, sources)
  if (!sources.host || 'stands' in sources.host) return answers
  const { facts, since } = await (await run.session(target)).firstBoot
  if (run.options.check && facts.cloudInit.is === 'running')
    return ask(resources, { ...sources, host: { stands: () => unknown(`until cloud-init on ${target} ends`) } })
  return since > began ? ask(resources, sources) : answers
}

async function writerFor(
  run: Run,
  host: string,
  resource: AnyResource,
  company: readonly UploadEntry[],
): Promise<unknown> {
  if (resource.probe.of === 'api') return writerOf(run, host, resource.probe.target)
  const { connection, facts } = await run.session(host)
  return new HostWriterOverSsh({
    connection,
    facts: await facts,
    emit: run.emit,
    signal: run.signal,
    ...(run.lease ? { permission: run.lease } : {}),
    begins: what => run.underWay?.order(host, what),
    writerOf: target => writerOf(run, host, target),
    company,
  })
}

async function writerOf(run: Run, host: string, target: ApiTarget<unknown, unknown>): Promise<unknown> {
  const session = await run.api(target)
  if (session.is === 'present') return session.state.writerFor(host)
  throw new Error(`${target.name} is ${session.is === 'unknown' ? `not known: ${session.why}` : 'not there'}`)
}

function refuseTwins(list: readonly AnyResource[]): void {
  const seen = new Set<string>()
  for (const { kind, id } of list) {
    const key = `${kind} ${id}`
    if (seen.has(key)) throw new Error(`two resources of one play are both called ${key}`)
    seen.add(key)
  }
}
