import { AndamioError, exitCode } from '../../engine/errors.ts'

/** The API's own error body, a `Status` object. */
export interface ApiStatus {
  readonly reason?: string
  readonly message?: string
  readonly details?: { readonly retryAfterSeconds?: number }
}

/** Server-side apply answers 500, not 422, to a field that the schema does not know. It is final all the same. */
export const isSchemaError = (status: number, body: string): boolean =>
  status === 500 && body.includes('failed to create typed patch object')

/** The API answered, and its answer was no. */
export class ApiRefusal extends AndamioError {
  readonly status: number
  /** `NotFound`, `Conflict`, `AlreadyExists`, `Invalid` ... */
  readonly reason: string

  constructor(request: string, status: number, body: ApiStatus) {
    super({
      code: 'api-refused',
      message: `The cluster's API refused ${request}`,
      cause: `${status} ${body.reason ?? ''}: ${body.message ?? 'it gave no reason'}`.replace(' :', ':'),
      next: 'Mend what the API names, then run again.',
    })
    this.status = isSchemaError(status, body.message ?? '') ? 422 : status
    this.reason = body.reason ?? ''
  }
}

/** The API gave no answer: refused, silent, cut, or not the one whose CA we know. */
export class ApiUnreachable extends AndamioError {
  constructor(server: string, cause: string, options?: { cause?: unknown }) {
    super(
      {
        code: 'cluster-unreachable',
        message: `The cluster's API at ${server} does not answer`,
        cause,
        next: "Look at the control plane's kubelet (journalctl -u kubelet) and whether this machine reaches that address.",
      },
      exitCode.unreachable,
      options,
    )
  }
}

export const isNotFound = (error: unknown): boolean => error instanceof ApiRefusal && error.status === 404

/** No answer, or one that says nothing of what was asked: the same request may do better later. */
export const isPassing = (error: unknown): error is AndamioError =>
  error instanceof ApiUnreachable || (error instanceof ApiRefusal && (error.status === 429 || error.status >= 500))

/** The other side is not who it should be, or does not take us for who we are: asking again changes nothing. */
export const isCertificateError = (error: unknown): boolean =>
  /CERT|SIGNATURE|SELF_SIGNED|ISSUER|ERR_SSL|ERR_TLS/.test(String((error as NodeJS.ErrnoException).code))
