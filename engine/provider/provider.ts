import type { SshEndpoint } from '../connection/connection.ts'
import type { LabHosts } from '../inventory/lab.ts'
import type { Emit, Failure, Json } from '../report/events.ts'
import type { Answer, AnyResource, Ref } from '../resource/resource.ts'

/** How a host stands, as its provider sees it. */
export type Found =
  | {
      readonly is: 'running'
      readonly endpoint: SshEndpoint /** Address the lab's hosts use among themselves. */
      readonly address: string
    }
  /**
   * With the address that it will have among the hosts, where that is known beforehand, and what its provider calls it
   * where that says more: `it is suspended`.
   */
  | { readonly is: 'stopped' | 'absent'; readonly address?: string; readonly why?: string }
  | { readonly is: 'unknown'; readonly why: string }

/** For people, and the same for programs. */
export interface Words {
  readonly text: string
  readonly data?: Readonly<Record<string, Json>>
}

/** Resources on the operator's side: those that hosts share, and each host's own. */
export interface ProviderPlan {
  readonly shared: readonly AnyResource[]
  /** Converged side by side. */
  readonly hosts: ReadonlyMap<string, readonly AnyResource[]>
}

/**
 * Where hosts come from. Expressed as resources of this machine or an account, so that `--check` shows what would be
 * created and destroyed by the same code that does it.
 */
export interface Provider {
  readonly name: string
  /** Set where hosts were there before the lab and are not ours to remove: `down` can do nothing for them yet. */
  readonly hostsStay?: true
  /** Throws one error that names everything missing and how to get it. Not called by `--check`. */
  preflight(): Promise<void>
  /**
   * What stands against making the hosts on this machine, as it is now: `--check` tells it beside its plan, the real run
   * ends with the first. Throws where the inventory itself is what stands against it. Reads only.
   */
  foresee?(): Promise<readonly Failure[]>
  /** What this run is to make or start that costs money from then on: `make 2 instances in ..., for ...`. Reads only. */
  spends?(): Promise<string | undefined>
  /** Where the hosts are, where that is not this machine: `account 123456789012 at AWS, eu-west-1`. Reads only. */
  place?(): Promise<string>
  /** What of the inventory hosts that are there do not have and `create` does not bring, a sentence each. */
  leavesAsIs?(): Promise<readonly string[]>
  /**
   * A lab of this name that is there and is another operator's, whose hosts would be told absent: what to do about it.
   * Undefined where there is none. Reads only.
   */
  another?(): Promise<Failure | undefined>
  find(): Promise<ReadonlyMap<string, Found>>
  /** Address at which the hosts reach this machine; undefined while there is none, or where they cannot. */
  operatorAddress(): string | undefined
  /** Shared first, then the hosts. A stopped host is started, never replaced. */
  create(): ProviderPlan
  /** Hosts first, then shared. */
  destroy(): ProviderPlan
  /**
   * What of the lab costs money by the hour, as last seen, and how to end that: for a run that ends before its end. Asks
   * nobody, for it may be told in the middle of anything. Undefined where nothing does.
   */
  stillThere?(): Words | undefined
  /** What is done on a host itself at its first login, before anything else is. */
  firstLogin?(host: string): readonly AnyResource[]
  /** What carries the lab's name and is still there; asked when everything was removed. */
  remains?(): Promise<Remains>
  /** What the inventory's lab would cost: a sentence. Asks nobody. */
  estimate?(): string
  /** What costs money by the hour: of all labs where this one's hosts are. */
  bill?(): Promise<Bill>
  /** What a resource's probe answers on a first boot of this provider's image; undefined when nobody has recorded it. */
  pristine(host: string, kind: string, id: string): Answer<Json> | undefined
  /** Told what probes on a host have answered, each time that they are asked. */
  learns?(host: string, answers: ReadonlyMap<Ref, Answer<Json>>): void
}

/** A line each. */
export interface Remains {
  readonly ours: readonly string[]
  /** Of others, or of nobody's making: it is not ours to remove. */
  readonly others: readonly string[]
}

export interface Bill {
  readonly hosts: readonly BilledHost[]
  /** Those that no host holds: the others are paid for with their hosts. */
  readonly disks: readonly BilledDisk[]
}

/** A host that is paid for, of this lab or another one. */
export interface BilledHost {
  readonly lab: string
  /** Which lab of that name. */
  readonly id: string
  readonly host: string
  readonly state: string
  readonly type: string
  /** Its last start: ISO 8601. */
  readonly since?: string
  /** When it ends itself: ISO 8601. */
  readonly expires?: string
  /** As it stands now. Left out where nobody knows. */
  readonly usdPerHour?: number
}

/** A disk that is left and paid for, of this lab or another one. */
export interface BilledDisk {
  readonly lab: string
  readonly id: string
  /** By which the provider knows it. */
  readonly disk: string
  readonly gibibytes: number
  /** ISO 8601. */
  readonly since?: string
  readonly usdPerHour: number
}

export interface ProviderContext {
  readonly lab: LabHosts
  /** `$XDG_STATE_HOME/andamio/<lab>`, 0700: keys, known_hosts, process identities. */
  readonly stateFolder: string
  /** `$XDG_CACHE_HOME/andamio`: what can be made again. */
  readonly cacheFolder: string
  readonly emit: Emit
  /** Aborted when the run is interrupted: nothing is waited for any longer. */
  readonly signal?: AbortSignal
}
