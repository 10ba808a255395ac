import pRetry from 'p-retry'
import { isCertificateError, isSchemaError } from './errors.ts'
import type { WireResponse } from './wire.ts'

/** The API is there but asks for patience: overload, a leader election, a write that met another. */
const passing = new Set([429, 500, 502, 503, 504])

export interface Patience {
  /** Also try again on 409, which means another writer was faster. */
  readonly conflicts: boolean
}

/** Nothing was sent: this run may not write, or its lease cannot tell whether it may. */
export class NotPermitted extends Error {
  readonly reason: unknown
  constructor(reason: unknown) {
    super('not permitted')
    this.reason = reason
  }
}

class Passing extends Error {
  readonly response: WireResponse
  constructor(response: WireResponse) {
    super(`status ${response.status}`)
    this.response = response
  }
}

/** `send` again, after 0.25 s growing to 2 s, while it fails or is asked to wait. Gives the last answer or throws the last error. */
export async function withPatience(send: () => Promise<WireResponse>, { conflicts }: Patience): Promise<WireResponse> {
  const attempt = async (): Promise<WireResponse> => {
    const response = await send()
    if (isSchemaError(response.status, response.body)) return response
    if (passing.has(response.status) || (conflicts && response.status === 409)) throw new Passing(response)
    return response
  }
  try {
    const shouldRetry = ({ error }: { readonly error: Error }): boolean =>
      !isCertificateError(error) && !(error instanceof NotPermitted)
    return await pRetry(attempt, {
      retries: 4,
      minTimeout: 250,
      factor: 2,
      maxTimeout: 2000,
      randomize: true,
      shouldRetry,
    })
  } catch (error) {
    if (error instanceof Passing) return error.response
    throw error
  }
}
