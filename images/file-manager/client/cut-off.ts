import { FileManagerError } from '../protocol/errors.ts'
import type { RequestOf } from '../protocol/messages.ts'

type Request = Pick<RequestOf<'upload'>, 'name' | 'upload' | 'attempt' | 'offset'>
type Replaces = Pick<RequestOf<'upload'>, 'replaces'>
type Attempt = NonNullable<RequestOf<'upload'>['replaces']>[number]

/** A server takes no more of them. */
const most = 8

/** After these nobody here knows whether what was sent comes into effect yet. */
const open = new Set(['lost', 'unreachable', 'cancelled', 'idle', 'slow', 'internal'])

const isOpen = (error: unknown): boolean => !(error instanceof FileManagerError) || open.has(error.errorCode)

/** Attempts at uploads that ended without an answer: the next one at the same name ends them for good. */
export class CutOff {
  readonly #attempts = new Map<string, readonly Attempt[]>()

  /** Performs `act` with what is to be added to its request. */
  async watch<T>({ name, upload, attempt, offset }: Request, act: (replaces: Replaces) => Promise<T>): Promise<T> {
    const before = this.#attempts.get(name) ?? []
    // What is gone on with must not be ended; it is taken over as it is, and what is left of such is of the same content.
    const kept = before.filter(old => offset > 0 && old.upload === upload)
    const ended = before.filter(old => !kept.includes(old))
    try {
      const result = await act(ended.length === 0 ? {} : { replaces: ended })
      this.#set(name, kept)
      return result
    } catch (error) {
      if (isOpen(error)) this.#set(name, [...before, { upload, attempt }].slice(-most))
      throw error
    }
  }

  /** What is to be added to the request of a file that `watchAll` watches. */
  replaces(name: string): Replaces {
    const before = this.#attempts.get(name)
    return before === undefined ? {} : { replaces: [...before] }
  }

  /** As `watch`, of files that travel together. */
  async watchAll<T>(requests: readonly Omit<Request, 'offset'>[], act: () => Promise<T>): Promise<T> {
    try {
      const result = await act()
      for (const { name } of requests) this.#set(name, [])
      return result
    } catch (error) {
      if (isOpen(error))
        for (const { name, upload, attempt } of requests)
          this.#set(name, [...(this.#attempts.get(name) ?? []), { upload, attempt }].slice(-most))
      throw error
    }
  }

  #set(name: string, attempts: readonly Attempt[]): void {
    if (attempts.length === 0) this.#attempts.delete(name)
    else this.#attempts.set(name, attempts)
  }
}
