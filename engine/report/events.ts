/**
 * What a run tells its reporters. Types only: every layer may import this file, and reporters import nothing else.
 *
 * With `--json` each event is one line on stdout; this file is therefore a public format. Fields are only ever added.
 */

/** `assumed` is the `ok` of a host that does not exist yet, by the record of its image. */
export type Outcome = 'ok' | 'assumed' | 'changed' | 'would-change' | 'unknown' | 'failed'

/** A JSON value; what resources report about themselves must survive a trip through a log file. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** One attribute that differs, or differed. `after` is `{ late }` when the value is known only after creation. */
export interface Change {
  readonly attribute: string
  readonly before: Json
  readonly after: Json | { readonly late: string }
  /** Unified diff of text content, when the run was asked for one. Never holds a secret. */
  readonly text?: string
  /** Why there is none although the run was asked for it: `a secret`, `too large (1.2 MB)`. */
  readonly noText?: string
}

/** What a person needs to act on a failure. */
export interface Failure {
  /** Stable name such as `host-key-changed`; documented in docs/errors.md. */
  readonly code: string
  readonly message: string
  /** `inventory/local.yaml:3:7`, or a host and a command. */
  readonly place?: string
  readonly cause?: string
  /** Last lines of what the failed command has said: its stderr, or its output where that is what it complains by. */
  readonly stderr?: readonly string[]
  readonly next?: string
}

export interface HostCount {
  ok: number
  changed: number
  unknown: number
  failed: number
  unreachable: number
  /** Only where a host does not exist yet. */
  assumed?: number
}

type Stamped<T extends string, Fields = unknown> = { readonly type: T; readonly at: string } & Readonly<Fields>

/** Of something that takes its time. */
export interface Stretch {
  readonly what: string
  readonly seconds: number
}

export type RunStart = Stamped<
  'run.start',
  {
    playbook: string
    lab: string
    inventory: string
    check: boolean
    hosts: readonly string[]
    /** Of its plays, in order, as far as they are known beforehand; one that finds nothing to do may not come. */
    plays?: readonly string[]
    /** What came before, of the program's own start, first to last. */
    startup?: readonly Stretch[]
  }
>
export type PlayStart = Stamped<'play.start', { play: string; hosts: readonly string[] }>
export type PlayEnd = Stamped<'play.end', { play: string; seconds: number }>
/** A host answered, after `seconds`, and this is what it is. */
export type HostReady = Stamped<'host.ready', { host: string; address: string; seconds: number }>
/** How so many of its resources stand was asked of a host, or of what else a play is played on, outside of any of them. */
export type Looked = Stamped<'looked', { play: string; host: string; resources: number; seconds: number }>
export type HostLost = Stamped<'host.unreachable', { host: string; failure: Failure }>
export type ResourceStart = Stamped<
  'resource.start',
  { play: string; host: string; role: string; kind: string; id: string }
>
export type ResourceEnd = Stamped<
  'resource.end',
  {
    play: string
    host: string
    role: string
    kind: string
    id: string
    outcome: Outcome
    seconds: number
    changes: readonly Change[]
    /** The earlier resource whose change brought this one about, as `kind id`. */
    by?: string
    /** Why the outcome is `unknown`, e.g. `until cp exists`. */
    why?: string
    failure?: Failure
  }
>
/** Something long is being waited for. Sent when the wait begins and again whenever `detail` moves on. */
export type Wait = Stamped<
  'wait',
  { host: string; what: string; detail?: string; limitSeconds: number; seconds: number }
>
/** Progress of long work on this machine: `done` of `total` in `unit`. */
export type Progress = Stamped<
  'progress',
  {
    task: string
    detail?: string
    done?: number
    total?: number
    unit?: string
    seconds: number
    ended?: 'ok' | 'failed'
  }
>
export type Notice = Stamped<
  'notice',
  {
    level: 'info' | 'warning'
    text: string
    /** The text is a line as a terminal shows it: a command that is typed, or what comes of it. */
    shown?: true
    /** A file that was written, whole. */
    path?: string
    /** What the text says, for programs. */
    data?: Readonly<Record<string, Json>>
  }
>
export type CheckStart = Stamped<'check.start', { id: string; title: string }>
export type CheckEnd = Stamped<
  'check.end',
  {
    id: string
    title: string
    passed: boolean
    saw: string
    /** What to do where it did not pass. */
    next?: string
  }
>
export type RunEnd = Stamped<
  'run.end',
  {
    exit: number
    seconds: number
    /** A round trip is one script or request and its answer. */
    roundTrips: number
    /** Peak resident memory of this process. */
    memoryBytes: number
    hosts: Readonly<Record<string, Readonly<HostCount>>>
    /** What was counted of the cluster, the registry and this machine. Absent where nothing was. */
    others?: Readonly<Record<string, Readonly<HostCount>>>
    failure?: Failure
    /** The command that resumes what was interrupted or failed. */
    resume?: string
  }
>

export type Event =
  | RunStart
  | PlayStart
  | PlayEnd
  | HostReady
  | Looked
  | HostLost
  | ResourceStart
  | ResourceEnd
  | Wait
  | Progress
  | Notice
  | CheckStart
  | CheckEnd
  | RunEnd

/** Distributes over the union, so that an emitter's literal keeps its own fields. */
type Unstamped<E> = E extends Event ? Omit<E, 'at'> : never

/** The one way to tell: the receiver stamps the time. */
export type Emit = (event: Unstamped<Event>) => void

/** Receives events in order; `close` flushes what it holds. */
export interface Reporter {
  on(event: Event): void
  close(): Promise<void> | void
}
