import type { UploadDirectory, UploadFile } from '../connection/upload-file.ts'
import type { CloudInit } from './cloud-init.ts'
import type { ApiTarget } from './probe.ts'

export type RunOptions = {
  /** Names the command in errors and waits: `apt-get install kubeadm`. */
  readonly what: string
  /** Default 120. */
  readonly timeoutSeconds?: number
  /** Called with every whole line of its stderr as it arrives: what lasts tells how it stands. */
  readonly onStderrLine?: (line: string) => void
} & (
  | {
      /** Given to the script's stdin. In this or in a file is the only way a secret reaches a host. */
      readonly stdin?: string | Uint8Array
      readonly file?: never
    }
  | {
      /** Put in place as by `upload` before the script begins, in the same order where it is not large. */
      readonly file?: UploadFile
      readonly stdin?: never
    }
)

/**
 * What `apply` acts with on one host. Scripts run as root under `set -eu`, one at a time on a host even across runs: a
 * lock there makes a new run wait for what a killed one left running.
 */
export interface HostWriter {
  readonly host: string
  readonly facts: HostFacts
  /** Aborted when the run is interrupted: what only waits ends then, a command under way does not. */
  readonly signal: AbortSignal
  /**
   * Gives the script's stdout. Throws `command-failed` with the last lines of its stderr; `upload-failed` where it has not
   * begun because its file could not be put in place.
   */
  run(script: string, options: RunOptions): Promise<string>
  /** Atomic: temporary file beside the destination, checksum, owner, mode, fsync, rename. */
  upload(file: UploadFile): Promise<void>
  /** With its parents. One that is there keeps what it holds; where something else is, it throws `command-failed`. */
  makeDirectory(directory: UploadDirectory): Promise<void>
  /** Says what is being waited for, for how long at most, and how it stands. */
  waiting(what: string, limitSeconds: number, detail?: string): void
  /** The writer of another target, e.g. the cluster that mints a join token. */
  on<W>(target: ApiTarget<unknown, W>): Promise<W>
}

/** Read once a run and host, in one script. */
export interface HostFacts {
  readonly hostname: string
  readonly machineId: string
  readonly bootId: string
  /** `uname -m`. */
  readonly arch: string
  readonly kernel: string
  readonly os: { readonly id: string; readonly version: string; readonly codename: string; readonly name: string }
  readonly cpus: number
  readonly memoryBytes: number
  /** Free bytes where /var lives. */
  readonly varFreeBytes: number
  /** `cgroup2fs` or what stands at /sys/fs/cgroup instead. */
  readonly cgroup: string
  /** IPv4 addresses by interface, loopback left out. */
  readonly addresses: readonly { readonly interface: string; readonly address: string }[]
  /** Of this boot. */
  readonly cloudInit: CloudInit
  /** Its clock less this machine's when the answer came: never more than it is, and less by a round trip at most. */
  readonly clockAheadSeconds: number
  /** The same of its uptime. What is made of both does not depend on how long that took. */
  readonly uptimeAheadSeconds: number
}
