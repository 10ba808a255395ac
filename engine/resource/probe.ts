import type { Duplex } from 'node:stream'
import type { Json } from '../report/events.ts'
import type { Answer } from './answer.ts'

/** What one shell fragment answered. */
export interface FragmentOutput {
  readonly status: number
  /** Trailing newlines and NUL bytes removed, as by the shell's own command substitution. */
  readonly stdout: string
}

/**
 * A read-only fragment of POSIX sh, and how to read its answer. All fragments of one host and play travel in one script.
 *
 * The fragment runs as root in a subshell without input and with a limit of its own. It exits 0 when it has an answer,
 * also when that answer is "not there"; any other status makes the answer unknown. It starts no slow program.
 */
export interface HostProbe<S extends Json> {
  readonly of: 'host'
  /** Probes with equal `merge` run as one fragment over all their keys, in order, without doubles: one dpkg-query for all. */
  readonly merge?: string
  readonly keys: readonly string[]
  readonly script: (keys: readonly string[]) => string
  /** Gets the whole fragment's output and picks its own keys. Throws on garbage: that makes the answer unknown. */
  readonly parse: (output: string) => Answer<S>
  /** Default 10. */
  readonly timeoutSeconds?: number
}

/** A read of something that is not a shell: an API, this machine, a registry. Concurrent on one session. */
export interface ApiProbe<S extends Json, R = unknown> {
  readonly of: 'api'
  readonly target: ApiTarget<R, unknown>
  readonly read: (reader: R) => Promise<Answer<S>>
}

/** Two probes of which one answer is made: a worker is judged by its own files and by the cluster's API. */
export interface JointProbe<S extends Json> {
  readonly of: 'both'
  // biome-ignore lint/suspicious/noExplicitAny: the two parts answer with states of their own, joined by `combine`.
  readonly host: HostProbe<any>
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly api: ApiProbe<any, any>
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  readonly combine: (host: Answer<any>, api: Answer<any>) => Answer<S>
}

// biome-ignore lint/suspicious/noExplicitAny: an API probe's reader is known to its own target only.
export type Probe<S extends Json> = HostProbe<S> | ApiProbe<S, any> | JointProbe<S>

/** Anything with an API: the cluster, a registry, a cloud account, this machine. R only reads, W may write. */
export interface ApiTarget<R, W> {
  readonly name: string
  /** Group whose first host it runs on. */
  readonly group?: string
  /** Opens one session for the run, or says that the thing is not there yet, or why that is not known. */
  open(lab: Reach): Promise<Answer<ApiSession<R, W>>>
}

export interface ApiSession<R, W> {
  readonly reader: R
  /** For the list of a host or target, under whose name is told what a write waits for. */
  writerFor(target: string): W
  /** Requests answered so far. */
  roundTrips(): number
  close(): Promise<void>
}

/** What a target may use of the run to open its session. */
export interface Reach {
  readonly lab: string
  /** The lab's folder under the state home: identity and secrets. */
  readonly stateFolder: string
  hostsOf(group: string): readonly string[]
  /** Not left out by `--limit`. */
  takesPart(host: string): boolean
  /** The address that the operator reaches the host at; undefined while the host does not exist. */
  addressOf(host: string): string | undefined
  /** Runs a read-only script on a host and gives its output; absent while the host does not exist. */
  readOn(host: string, script: string): Promise<Answer<string>>
  /**
   * Where the operator reaches the host through others only: opens a stream to a port of it, through its connection; a
   * program that listens for the lab alone is found `among` its hosts. Undefined where it is reached at its address.
   */
  tunnelTo(host: string): ((port: number, at?: 'itself' | 'among') => Promise<Duplex>) | undefined
  /** To be awaited before every single write. Throws when another run holds the lab, or has had it since. */
  mayWrite(): Promise<void>
  /** Says what `target` is being waited for, for how long at most, and how it stands. */
  waiting(target: string, what: string, limitSeconds: number, detail?: string): void
  /** Aborted when the run was interrupted: waits end. */
  readonly signal: AbortSignal
}
