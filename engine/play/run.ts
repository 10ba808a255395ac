import type { Connection } from '../connection/connection.ts'
import { AndamioError, type ExitCode, exitCode } from '../errors.ts'
import type { LabHosts } from '../inventory/lab.ts'
import type { Found, Provider, Words } from '../provider/provider.ts'
import type { Emit, HostCount, Json, Outcome } from '../report/events.ts'
import type { HostFacts } from '../resource/host.ts'
import { Late } from '../resource/late.ts'
import type { ApiSession, ApiTarget, Reach } from '../resource/probe.ts'
import type { Answer } from '../resource/resource.ts'
import { type FirstBoot, factsAfterFirstBoot } from './first-boot.ts'
import type { Holder } from './lab-lock.ts'
import type { Lease } from './lease.ts'
import { byUp } from './next-step.ts'
import { reachOf } from './reach.ts'
import { type RoleView, resolveVars } from './role.ts'
import { leaseFor } from './run-lease.ts'
import type { OnAnswers, RunCore, RunOptions, RunParts } from './run-parts.ts'
import type { UnderWay } from './under-way.ts'

interface HostSession {
  readonly connection: Connection
  readonly facts: Promise<HostFacts>
  /** With facts of a later time than an answer, the answer may have changed since. */
  readonly firstBoot: Promise<FirstBoot>
}

/** What a run knows and holds: hosts as they were found, open connections, what has changed, who has failed. */
export class Run implements RunCore {
  readonly options: RunOptions
  readonly lab: LabHosts
  readonly provider: Provider
  readonly stateFolder: string
  readonly emit: Emit
  readonly signal: AbortSignal
  readonly onAnswers: OnAnswers | undefined
  readonly underWay: UnderWay | undefined
  /** Asked before every write on a host or API of the lab. */
  readonly lease: Lease | undefined
  /** Another run, which is changing what this one only looks at. */
  readonly heldBy: Holder | undefined
  /** Hosts that failed or are unreachable; they take no part in what follows. */
  readonly failures = new Map<string, ExitCode>()
  readonly counts = new Map<string, HostCount>()
  /** What is left for a person to do; told at the end, where it is not scrolled away. */
  readonly reminders: string[] = []
  /** What is to be told where the run ends before its end; asked only then, and of nobody else. */
  readonly unlessDone: (() => Words | undefined)[] = []
  /** APIs that were asked for, by their names. */
  readonly apis = new Set<string>()
  found: ReadonlyMap<string, Found> = new Map()

  readonly #connect: RunParts['connect']
  readonly #hosts = new Map<string, Promise<HostSession>>()
  readonly #apis = new Map<ApiTarget<unknown, unknown>, Promise<Answer<ApiSession<unknown, unknown>>>>()
  readonly #changed = new Map<string, Set<string>>()
  readonly #facts = new Map<string, unknown>()
  readonly #counters: (() => number)[] = []
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor(parts: RunParts) {
    this.options = parts.options
    this.lab = parts.lab
    this.provider = parts.provider
    this.stateFolder = parts.stateFolder
    this.emit = parts.emit
    this.signal = parts.signal
    this.#connect = parts.connect
    this.onAnswers = parts.onAnswers
    this.underWay = parts.underWay
    this.heldBy = parts.heldBy
    this.lease = parts.lease && leaseFor(this, parts.lease)
  }

  /** Throws where the lab that is there is another's: whatever was told of it would be wrong. */
  async refuseAnother(): Promise<void> {
    const failure = await this.provider.another?.()
    if (failure) throw new AndamioError(failure)
  }

  /** Asks the provider how its hosts stand. */
  async find(): Promise<void> {
    this.found = await this.provider.find()
  }

  /** Hosts of a group (or one host by its name) that take part. */
  hostsIn(group: string): readonly string[] {
    const hosts =
      this.lab.groups.get(group) ?? this.lab.hosts.filter(({ name }) => name === group).map(({ name }) => name)
    return hosts.filter(host => !this.failures.has(host) && this.takesPart(host))
  }

  /** Not left out by `--limit`. */
  takesPart(host: string): boolean {
    return this.lab.selected.includes(host)
  }

  get limited(): boolean {
    return this.lab.selected.length < this.lab.hosts.length
  }

  /** One connection a host and run, opened when first needed. Only a connection is kept: a failure may be tried again. */
  session(host: string): Promise<HostSession> {
    const open = this.#hosts.get(host)
    if (open) return open
    const opening = this.#open(host)
    this.#hosts.set(host, opening)
    opening.catch(() => this.#hosts.delete(host))
    return opening
  }

  async #open(host: string): Promise<HostSession> {
    const found = this.found.get(host) ?? { is: 'absent' }
    if (found.is !== 'running') throw notRunning(host, found, byUp(this, 'Start it'))
    const began = performance.now()
    const connection = await this.#connect(host, found)
    this.#counters.push(() => connection.roundTrips)
    this.emit({
      type: 'host.ready',
      host,
      address: found.endpoint.address,
      seconds: (performance.now() - began) / 1000,
    })
    const firstBoot = factsAfterFirstBoot(connection, this).then(found => {
      this.tell(`os of ${host}`, found.facts.os)
      this.tell(
        `addresses of ${host}`,
        found.facts.addresses.map(({ address }) => address),
      )
      return found
    })
    const facts = firstBoot.then(found => found.facts)
    facts.catch(() => undefined) // whoever needs them awaits them; a host that fails before is reported for that
    return { connection, facts, firstBoot }
  }

  /** One session an API and run. Only a session is kept: an API that is not there yet is looked for again. */
  async api<R, W>(target: ApiTarget<R, W>): Promise<Answer<ApiSession<R, W>>> {
    this.apis.add(target.name)
    const open = this.#apis.get(target)
    // A target's sessions are kept under the target itself, so what is found there is its own.
    if (open) return open as Promise<Answer<ApiSession<R, W>>>
    const opening = target.open(this.reach()).then(answer => {
      if (answer.is === 'present') this.#counters.push(() => answer.state.roundTrips())
      else this.#apis.delete(target)
      return answer
    })
    this.#apis.set(target, opening)
    opening.catch(() => this.#apis.delete(target))
    return opening
  }

  changedOn(target: string): Set<string> {
    const changed = this.#changed.get(target) ?? new Set()
    this.#changed.set(target, changed)
    return changed
  }

  remind(text: string): void {
    this.reminders.push(text)
  }

  /** Something an earlier step makes known to roles, by name. */
  tell(name: string, value: unknown): void {
    this.#facts.set(name, value)
  }

  count(target: string, outcome: Outcome | 'unreachable'): void {
    const count = this.counts.get(target) ?? { ok: 0, changed: 0, unknown: 0, failed: 0, unreachable: 0 }
    const column = outcome === 'would-change' ? 'changed' : outcome
    count[column] = (count[column] ?? 0) + 1
    this.counts.set(target, count)
  }

  /** Runs `work` when this host's earlier work is done: a host in two plays side by side takes them in turn. */
  async inTurn<T>(host: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(host) ?? Promise.resolve()
    const mine = before.then(work, work)
    this.#turns.set(
      host,
      mine.catch(() => undefined),
    )
    return mine
  }

  view(host: string): RoleView {
    const inventoryHost = this.lab.hosts.find(({ name }) => name === host)
    const view: RoleView = {
      host,
      groups: inventoryHost?.groups ?? [],
      asked: {
        limited: this.limited,
        takeOver: this.options.takeOver?.includes(host) ?? false,
        pruneData: this.options.pruneData ?? false,
      },
      lab: {
        name: this.lab.name,
        source: this.lab.source,
        hostsOf: group => this.lab.groups.get(group) ?? [],
        addressOf: name => new Late(`address of ${name}`, () => this.#addressAmongHosts(name)),
        fact: <T>(name: string) => new Late(name, () => this.#facts.get(name) as T | undefined),
      },
      varsOf: role => resolveVars(role, this.varsOf(host, role.name), view),
    }
    return view
  }

  #addressAmongHosts(host: string): string | undefined {
    const found = this.found.get(host)
    return found && found.is !== 'unknown' ? found.address : undefined
  }

  varsOf(host: string, role: string): Readonly<Record<string, Json>> {
    return this.lab.hosts.find(({ name }) => name === host)?.vars[role] ?? this.lab.vars[role] ?? {}
  }

  reach(): Reach {
    return reachOf(this)
  }

  /** On everything that is open. */
  roundTrips(): number {
    return this.#counters.reduce((total, count) => total + count(), 0)
  }

  async close(): Promise<void> {
    const hosts = await Promise.allSettled([...this.#hosts.values()])
    const apis = await Promise.allSettled([...this.#apis.values()])
    await Promise.allSettled([
      ...apis.map(api =>
        api.status === 'fulfilled' && api.value.is === 'present' ? api.value.state.close() : undefined,
      ),
      ...hosts.map(host => (host.status === 'fulfilled' ? host.value.connection.close() : undefined)),
    ])
  }
}

function notRunning(host: string, found: Found, next: string): AndamioError {
  const cause = ('why' in found && found.why) || `it is ${found.is}`
  return new AndamioError(
    {
      code: 'host-not-running',
      message: `${host} cannot be reached`,
      cause,
      next,
    },
    exitCode.unreachable,
  )
}
