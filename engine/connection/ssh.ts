import { type Duplex, Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import pLimit from 'p-limit'
import pRetry from 'p-retry'
import type { Connection, ExecOptions, ExecResult, SshEndpoint } from './connection.ts'
import { commandTimeout, unreachable } from './failures.ts'
import { asRoot, limited, refuseWithoutSudo, statusOfTimeout } from './remote-command.ts'
import { rootShellCommand } from './root-shell.ts'
import { RootShells } from './root-shells.ts'
import { attend, type Running } from './running-command.ts'
import { isRefusedSession, startOn } from './ssh-channel.ts'
import { type DialOptions, dial } from './ssh-dial.ts'
import type { SshLink } from './ssh-link.ts'
import { unlessAborted } from './unless-aborted.ts'

export interface SshOptions extends DialOptions {
  /** How long a host is tried that refuses or is silent. Default 20. */
  readonly patienceSeconds?: number
  /** Told before every further try, for a line that says what is being waited for. */
  readonly onRetry?: (reason: string) => void
  /** Ends trying at once, with its reason. */
  readonly signal?: AbortSignal
}

/** sshd allows 10 (MaxSessions), and counts a little longer than we do. */
const channels = 5

/**
 * Logs in to a host, through its jump hosts where it has some. ssh2 is loaded here and not before.
 *
 * Throws `unreachable` or `login-refused` (exit 69) and `host-key-unknown`, `host-key-changed` or `host-key-revoked`
 * (exit 65); only what may pass by itself is tried again.
 */
export async function connectSsh(host: string, endpoint: SshEndpoint, options: SshOptions = {}): Promise<Connection> {
  const { patienceSeconds = 20, onRetry, signal } = options
  const attempt = async (): Promise<readonly SshLink[]> => {
    signal?.throwIfAborted()
    return dialChain(host, endpoint, options)
  }
  const dialling = pRetry(attempt, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 250,
    factor: 1.5,
    maxTimeout: 3000,
    randomize: true,
    maxRetryTime: patienceSeconds * 1000,
    onFailedAttempt: ({ error }) =>
      onRetry?.((error as { failure?: { cause?: string } }).failure?.cause ?? error.message),
    shouldRetry: () => !signal?.aborted,
  })
  const chain = await unlessAborted(signal, dialling, closeAll)
  return new SshConnection(host, endpoint.user, chain)
}

const hopsOf = (endpoint: SshEndpoint): readonly SshEndpoint[] => [...endpoint.jump.flatMap(hopsOf), endpoint]

async function dialChain(host: string, endpoint: SshEndpoint, options: DialOptions): Promise<readonly SshLink[]> {
  const chain: SshLink[] = []
  try {
    for (const hop of hopsOf(endpoint)) {
      // What goes wrong there is the matter of that host, not of the one behind it.
      const name = hop === endpoint ? host : `${hop.address} (on the way to ${host})`
      chain.push(await dial(name, hop, options, chain.at(-1)))
    }
    return chain
  } catch (error) {
    await closeAll(chain)
    throw error
  }
}

async function closeAll(chain: readonly SshLink[]): Promise<void> {
  for (const link of chain.toReversed()) await link.close()
}

class SshConnection implements Connection {
  readonly host: string
  readonly #user: string
  readonly #chain: readonly SshLink[]
  readonly #link: SshLink
  readonly #shells: RootShells
  readonly #limit = pLimit(channels)
  #roundTrips = 0
  #underWay = 0

  constructor(host: string, user: string, chain: readonly SshLink[]) {
    this.host = host
    this.#user = user
    this.#chain = chain
    this.#link = chain.at(-1) as SshLink
    this.#shells = new RootShells(
      milliseconds => startOn(this.#link, asRoot(rootShellCommand), milliseconds),
      cause => this.#link.broken(cause),
    )
  }

  get roundTrips(): number {
    return this.#roundTrips
  }

  exec(command: string, options: ExecOptions): Promise<ExecResult> {
    return this.#limit(async () => {
      options.signal?.throwIfAborted()
      const began = performance.now()
      const { running, fed } = await this.#start(command, options)
      this.#underWay++
      try {
        const result = await attend(running, fed, { host: this.host, command })
        if (this.#user !== 'root') refuseWithoutSudo(result, this.host, this.#user)
        this.#roundTrips++
        // The host's own clock may strike before we come to hear ours.
        const timeIsUp = performance.now() - began >= options.timeoutSeconds * 1000
        if (result.code === statusOfTimeout && timeIsUp)
          throw commandTimeout({ host: this.host, command, stderr: result.stderr }, options.timeoutSeconds)
        return result
      } finally {
        this.#underWay--
      }
    })
  }

  /** A sshd that allows fewer sessions than we open refuses some: those wait until one of ours has ended. */
  async #start(command: string, options: ExecOptions): Promise<Started> {
    const { timeoutSeconds } = options
    const deadline = performance.now() + timeoutSeconds * 1000
    for (let refusedAlone = 0; ; ) {
      const left = deadline - performance.now()
      if (left <= 0) throw commandTimeout({ host: this.host, command, stderr: '' }, timeoutSeconds)
      try {
        return await this.#startOnce(command, options, left)
      } catch (error) {
        if (!isRefusedSession(error)) throw error
        if (this.#underWay === 0 && ++refusedAlone > 10) throw unreachable(this.host, 'its sshd opens no session')
        await setTimeout(100)
      }
    }
  }

  async #startOnce(command: string, options: ExecOptions, milliseconds: number): Promise<Started> {
    const simple = limited(command, options.timeoutSeconds)
    if (this.#user === 'root') return { running: await startOn(this.#link, simple, milliseconds), fed: options }
    const { stdin, ...fed } = options
    if (!(stdin instanceof Readable)) {
      const input = typeof stdin === 'string' ? Buffer.from(stdin) : stdin
      return { running: await this.#shells.start(simple, input, milliseconds), fed }
    }
    // How long a stream is shows at its end, so it has a session of its own.
    this.#shells.closeIdle()
    return { running: await startOn(this.#link, asRoot(simple), milliseconds), fed: options }
  }

  forward(address: string, port: number): Promise<Duplex> {
    return this.#link.forward(address, port)
  }

  close(): Promise<void> {
    return closeAll(this.#chain)
  }
}

interface Started {
  readonly running: Running
  /** What is left for whoever attends it. */
  readonly fed: ExecOptions
}
