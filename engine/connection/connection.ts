import type { Duplex, Readable } from 'node:stream'
import type { UploadFile } from './upload-file.ts'

export interface ExecOptions {
  /** Sent whole, then closed. Without it the command reads end-of-file at once. */
  readonly stdin?: string | Uint8Array | Readable
  /** Files that the command puts in place from stdin; told to logs only. */
  readonly files?: readonly UploadFile[]
  /** A word of the script that is another each time, by which nobody should tell two scripts apart; told to logs only. */
  readonly nonce?: string
  /** After this the host itself sends the command TERM, then KILL, and the call rejects with `command-timeout`. */
  readonly timeoutSeconds: number
  readonly signal?: AbortSignal
  /** Called with every whole line of stderr as it arrives. */
  readonly onStderrLine?: (line: string) => void
  /** Output beyond this many bytes keeps only its end. Default 16 MiB. */
  readonly maxOutputBytes?: number
}

export interface ExecResult {
  /** Exit status; null when a signal ended it. */
  readonly code: number | null
  readonly signal?: string
  readonly stdout: Buffer
  readonly stderr: string
}

/**
 * One open way to one host. Commands run as root there (through `sudo -n` where the login user is another).
 * Rejects only when no answer was had (`unreachable`, `command-timeout`): a non-zero status is an answer.
 */
export interface Connection {
  readonly host: string
  /** `command` is a constant of ours or quoted by `shell/quote`; it never holds a secret, for argv is public. */
  exec(command: string, options: ExecOptions): Promise<ExecResult>
  /** A stream to what the host can reach. Not counted. Rejects when the host is lost or refuses. */
  forward(address: string, port: number): Promise<Duplex>
  /** Requests answered so far; what the summary counts. */
  readonly roundTrips: number
  close(): Promise<void>
}

/** Where sshd of a host listens and how to prove who we are. */
export interface SshEndpoint {
  readonly address: string
  readonly port: number
  readonly user: string
  /** Private key files, tried in order after the agent's keys. */
  readonly identityFiles: readonly string[]
  /** Use the agent at $SSH_AUTH_SOCK. */
  readonly agent: boolean
  /** Socket of another agent. */
  readonly agentSocket?: string
  /** Of the agent's keys, only those that the key files name. */
  readonly identitiesOnly?: true
  /** OpenSSH known_hosts file that must name the host's key. */
  readonly knownHostsFile: string
  /** Name under which known_hosts lists the host, where it is not `[address]:port`: a lab's host keeps it for life. */
  readonly hostKeyAlias?: string
  /** Hosts to go through, outermost first. */
  readonly jump: readonly SshEndpoint[]
  /** Lines of ssh_config files that have a part in this, for messages. */
  readonly saidIn?: readonly string[]
}
