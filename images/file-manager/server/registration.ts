import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '../program/log.ts'
import type { Credentials } from '../protocol/credentials.ts'
import type { Address } from '../protocol/dial.ts'
import { asFileManagerError, FileManagerError } from '../protocol/errors.ts'
import { times } from '../protocol/limits.ts'
import { connect, type Session } from '../protocol/session.ts'

/** Between two attempts, in milliseconds: doubled each time, and a random part of it, so that servers do not march. */
const pauses = { first: 250, most: 5_000 }

export interface RegistrationOptions {
  readonly broker: Address
  readonly credentials: Credentials
  /** The server's, for the broker's log. */
  readonly id: string
  readonly address: string
  readonly log: Log
}

/** Keeps this server registered at the broker, for ever, whatever becomes of the broker. */
export class Registration {
  readonly #options: RegistrationOptions
  readonly #stop = new AbortController()
  readonly #over: Promise<void>

  constructor(options: RegistrationOptions) {
    this.#options = options
    this.#over = this.#keep()
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#over
  }

  async #keep(): Promise<void> {
    const { broker, log } = this.#options
    let longest = pauses.first
    while (!this.#stop.signal.aborted) {
      try {
        const session = await this.#register()
        longest = pauses.first
        log(`registered at the broker ${broker.host}:${broker.port}`)
        const why = await this.#beat(session)
        if (!this.#stop.signal.aborted) log(`the broker is lost: ${why.message}`)
      } catch (error) {
        log(`cannot register at the broker: ${asFileManagerError(error).message}`)
      }
      await this.#wait(longest / 2 + (Math.random() * longest) / 2)
      longest = Math.min(longest * 2, pauses.most)
    }
  }

  async #register(): Promise<Session> {
    const { broker, credentials, id, address } = this.#options
    const hello = { role: 'server', token: credentials.token('server') } as const
    const session = await connect({ ...broker, authority: credentials.authority(), hello })
    try {
      await within(session.request({ type: 'register', id, address }))
      return session
    } catch (error) {
      await session.close()
      throw error
    }
  }

  /** Until the broker is gone, or does not answer, or we are asked to stop. */
  async #beat(session: Session): Promise<FileManagerError> {
    const lost = session.closed.then(() => undefined)
    try {
      while (!this.#stop.signal.aborted && session.usable) {
        await Promise.race([lost, this.#wait(times.heartbeat)])
        if (session.usable && !this.#stop.signal.aborted) await within(session.request({ type: 'heartbeat' }))
      }
      return session.usable ? new FileManagerError('cancelled', 'this server stops') : await session.closed
    } catch (error) {
      return asFileManagerError(error)
    } finally {
      await session.close()
    }
  }

  async #wait(milliseconds: number): Promise<void> {
    await pause(milliseconds, undefined, { signal: this.#stop.signal }).catch(() => undefined)
  }
}

/** A broker that is there answers at once; one that hangs is as good as none. */
async function within<T>(answer: Promise<T>): Promise<T> {
  let late: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    late = setTimeout(
      () => reject(new FileManagerError('unreachable', `it does not answer within ${times.heartbeat / 1000} s`)),
      times.heartbeat,
    )
  })
  try {
    return await Promise.race([answer, limit])
  } finally {
    clearTimeout(late)
  }
}
