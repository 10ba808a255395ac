import type { Connection } from '../connection/connection.ts'
import type { LabHosts } from '../inventory/lab.ts'
import type { Found, Provider } from '../provider/provider.ts'
import type { Emit, Json } from '../report/events.ts'
import type { Answer, Ref } from '../resource/resource.ts'
import type { Holder } from './lab-lock.ts'
import type { Lease } from './lease.ts'
import type { UnderWay } from './under-way.ts'

export interface RunOptions {
  readonly playbook: string
  readonly check: boolean
  /** Show what differs inside texts. */
  readonly diff?: boolean
  readonly forks: number
  readonly yes: boolean
  readonly takeOver?: readonly string[]
  readonly pruneData?: boolean
  /** Asked before a resource is applied: throws where a plan does not name it. */
  readonly permits?: (target: string, resource: Ref) => void
}

export interface RunParts extends Pick<RunCore, 'options' | 'lab' | 'stateFolder' | 'emit' | 'signal'> {
  readonly provider: Provider
  /** Where to take a lease before the first write: a group's first host. Not in check mode. */
  readonly lease?: { readonly group: string; readonly seat: string }
  /** The run that holds the lab while this one only looks. */
  readonly heldBy?: Holder | undefined
  /** Told of every command that a host is given. */
  readonly underWay?: UnderWay
  connect(host: string, found: Found & { is: 'running' }): Promise<Connection>
  /** Told every answer of a probe; for recording what a pristine host answers. */
  readonly onAnswers?: OnAnswers
}

/** What a run knows and holds, for the files that do a part of its work. */
export interface RunCore {
  readonly options: RunOptions
  readonly lab: LabHosts
  readonly stateFolder: string
  readonly emit: Emit
  readonly signal: AbortSignal
  readonly found: ReadonlyMap<string, Found>
  readonly lease: Lease | undefined
  readonly heldBy: Holder | undefined
  takesPart(host: string): boolean
  session(host: string): Promise<{ readonly connection: Connection }>
}

export type OnAnswers = (target: string, answers: ReadonlyMap<Ref, Answer<Json>>) => void
