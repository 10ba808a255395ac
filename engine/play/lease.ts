import { uptime } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import type { Connection } from '../connection/connection.ts'
import { isUnreachable } from '../connection/failures.ts'
import { AndamioError, exitCode } from '../errors.ts'
import { LeaseRefused, type Permission, type Permit } from '../resource/permission.ts'
import { leaseBusy, leaseFailed, leaseHeld, leaseLost, leaseUnreachable } from './lease-errors.ts'
import { type Answer, busyStatus, type Holder, readAnswer, release, renew, take } from './lease-script.ts'

export interface LeaseParts {
  readonly host: string
  readonly me: Holder
  /** Undefined while the host does not exist. Rejects when it cannot be reached. */
  connect(): Promise<Connection | undefined>
  /** Told once, when the host cannot be reached and the run goes on without a lease. */
  without(cause: string): void
  /** Aborted when the run is interrupted: then it waits no longer for an answer that it can do without. */
  readonly signal: AbortSignal
  /** Seconds, counted also while this machine or process sleeps. */
  readonly clock?: () => number
}

const renewEverySeconds = 10
/** Older news of the lease than this is not acted on. The rest of the term is for orders to arrive, and for clocks. */
const trustSeconds = 24
const arriveSeconds = 28
/** How long a host that stood by us may give no answer before the run gives up. */
const patienceSeconds = 90
/** A host that could not be reached is not asked again at every single write. */
const againSeconds = 60

/**
 * One run at a time on a lab, whichever machine it is run from: a lease on one of the lab's hosts, taken before the
 * first write and renewed until the end. Without news of it for a while this run acts no more until it has asked again.
 */
export class Lease implements Permission {
  readonly #parts: LeaseParts
  readonly #clock: () => number
  #held: { readonly connection: Connection; readonly token: number; readonly heard: number } | undefined
  #asking: Promise<boolean> | undefined
  #timer: NodeJS.Timeout | undefined
  #without: { readonly since: number } | undefined
  /** Once refused, always refused: what this run has found out about its hosts may no longer be so. */
  refused: LeaseRefused | undefined
  /** By `performance.now`: what was seen before then may have been another run's doing half way. */
  taken = Number.NEGATIVE_INFINITY

  constructor(parts: LeaseParts) {
    this.#parts = parts
    this.#clock = parts.clock ?? uptime
  }

  async permit(): Promise<Permit | undefined> {
    for (;;) {
      if (this.refused) throw this.refused
      if (this.#held && this.#clock() - this.#held.heard < trustSeconds)
        return { token: this.#held.token, until: this.#held.heard + arriveSeconds }
      if (!(await this.#once(() => this.#assure()))) return undefined
    }
  }

  async verify(): Promise<void> {
    await this.#asking?.catch(() => undefined) // its answer may be older than the question
    await this.#once(() => this.#assure())
    if (this.refused) throw this.refused
  }

  /** Gives the lease back. Where that fails it ends by itself. */
  async release(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#asking?.catch(() => undefined)
    clearTimeout(this.#timer)
    const held = this.#held
    this.#held = undefined
    if (held && !this.refused) await this.#ask(held.connection, release).catch(() => undefined)
  }

  /** Whoever needs an answer while one is on its way waits for that. */
  #once(work: () => Promise<boolean>): Promise<boolean> {
    this.#asking ??= work().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  /** True with the lease as of now, false without one. Throws, and remembers it, when another run has it. */
  async #assure(): Promise<boolean> {
    if (this.#held) return this.#patiently(this.#held.connection, renew)
    if (this.#without && this.#clock() - this.#without.since < againSeconds) return false
    try {
      const connection = await this.#parts.connect()
      return connection ? await this.#patiently(connection, take) : false
    } catch (error) {
      // Nothing was entrusted to that host yet: this machine's own lock must do.
      if (this.refused || !isOutOfReach(error)) throw error
      if (!this.#without) this.#parts.without(causeOf(error))
      this.#without = { since: this.#clock() }
      return false
    }
  }

  async #patiently(connection: Connection, script: typeof take): Promise<true> {
    const began = this.#clock()
    for (let tries = 1; ; tries++) {
      try {
        return await this.#hear(connection, script)
      } catch (error) {
        // The first may be a connection that broke; the second has opened a new one, with patience of its own.
        if (isOutOfReach(error) && !this.#held && (tries > 1 || !isUnreachable(error))) throw error
        if (!isUnreachable(error) && !isSlow(error)) throw error
        if (this.#clock() - began >= patienceSeconds)
          throw this.#refuse(error instanceof LeaseRefused ? error : leaseUnreachable(this.#parts.host, causeOf(error)))
        await pause(1000, undefined, { signal: this.#parts.signal })
      }
    }
  }

  /** Counted from the question: the answer is of then or later, so it is trusted rather too short than too long. */
  async #hear(connection: Connection, script: typeof take): Promise<true> {
    const { host } = this.#parts
    const asked = this.#clock()
    const answer = await this.#ask(connection, script)
    if (answer.is === 'theirs') throw this.#refuse(this.#held ? leaseLost(host, answer) : leaseHeld(host, answer))
    if (!this.#held) this.taken = performance.now()
    this.#held = { connection, token: answer.token, heard: asked }
    this.#renewLater(connection)
    return true
  }

  #renewLater(connection: Connection): void {
    clearTimeout(this.#timer)
    const tick = async (): Promise<void> => {
      // What goes wrong is nobody's failure yet: whoever wants to act asks anew, and else it is tried again.
      await this.#once(() => this.#hear(connection, renew).catch(() => true))
      if (this.#held && !this.refused) this.#renewLater(connection)
    }
    this.#timer = setTimeout(() => void tick(), renewEverySeconds * 1000).unref()
  }

  async #ask(connection: Connection, script: (me: Holder) => string): Promise<Answer> {
    const stdin = script(this.#parts.me)
    const { code, stdout, stderr } = await connection.exec('sh -s', { stdin, timeoutSeconds: 20 })
    const answer = readAnswer(stdout.toString('utf8'))
    if (answer) return answer
    throw code === busyStatus ? leaseBusy(this.#parts.host) : leaseFailed(this.#parts.host, stderr)
  }

  #refuse(error: LeaseRefused): LeaseRefused {
    clearTimeout(this.#timer)
    this.refused = error
    return error
  }
}

const isOutOfReach = (error: unknown): boolean =>
  error instanceof AndamioError && (error.exit === exitCode.unreachable || error.exit === exitCode.hostKeyRefused)

const isSlow = (error: unknown): boolean =>
  error instanceof AndamioError && ['command-timeout', 'lease-busy'].includes(error.failure.code)

const causeOf = (error: unknown): string => (error as AndamioError).failure.cause ?? (error as Error).message
