import { FileManagerError } from '../protocol/errors.ts'
import type { RequestOf } from '../protocol/messages.ts'

type Attempt = NonNullable<RequestOf<'upload'>['replaces']>[number]

/** A server takes no more of them. */
const most = 8

/** After these nobody here knows whether what was sent comes into effect yet. */
const open = new Set(['lost', 'unreachable', 'cancelled', 'idle', 'slow', 'internal'])

/** Attempts at uploads that ended without an answer: the next one at the same name ends them for good. */
export class CutOff {
  readonly #attempts = new Map<string, Attempt[]>()

  /** Performs `act` with what it is to put into its request. */
  async watch<T>(
    { name, upload }: { readonly name: string; readonly upload: string },
    attempt: string,
    act: (replaces: Pick<RequestOf<'upload'>, 'replaces'>) => Promise<T>,
  ): Promise<T> {
    const before = this.#attempts.get(name)
    try {
      const result = await act(before === undefined ? {} : { replaces: before })
      this.#attempts.delete(name)
      return result
    } catch (error) {
      if (!(error instanceof FileManagerError) || open.has(error.errorCode))
        this.#attempts.set(name, [...(before ?? []), { upload, attempt }].slice(-most))
      throw error
    }
  }
}
