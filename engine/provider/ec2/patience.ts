import { AndamioError } from '../../errors.ts'
import type { CallName } from './api.ts'
import type { Clock } from './clock.ts'
import { actionOf } from './service-error.ts'

export interface PatienceParts {
  readonly clock: Clock
  readonly region: string
  readonly signal?: AbortSignal | undefined
  /** It would be done twice: sent again only when it has surely not been carried out. */
  readonly once?: boolean
  /** It changes nothing: asked once also after an interrupt, for what was done until then is to be seen. */
  readonly reads?: boolean
  /** Tells of each further try, and why. */
  waiting(what: string, limitSeconds: number, detail: string): void
  /** 0 to 1, for the jitter. */
  random?(): number
}

const limitSeconds = 300
const longestPauseSeconds = 20

/** AWS asks to come back later; it has done nothing. */
const throttled =
  /^(RequestLimitExceeded|Throttl\w*|RequestThrottled\w*|TooManyRequests\w*|EC2ThrottledException|SlowDown|BandwidthLimitExceeded|PriorRequestNotComplete)$/
/** Perhaps it has been carried out, perhaps not: whoever calls can bear it being sent again. */
const transient =
  /^(InternalError|InternalFailure|ServiceUnavailable|Unavailable|ServiceError|TimeoutError|RequestTimeout\w*|ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|EAI_AGAIN|NetworkingError)$/

const codesOf = (error: unknown): readonly string[] => {
  const { name, code } = error as { name?: string; code?: string }
  return [name ?? '', code ?? '']
}

const status = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode

/** Whom Node called, as far as it tells: a name of several addresses by the first of them. */
function calledOf(error: unknown): string | undefined {
  const { address, port, hostname, errors = [] } = error as Called & { errors?: readonly Called[] }
  if (address !== undefined) return port === undefined ? address : `${address}:${port}`
  return hostname ?? (errors[0] === undefined ? undefined : calledOf(errors[0]))
}

interface Called {
  readonly address?: string
  readonly port?: number
  readonly hostname?: string
}

/** What everything is named that has no name. */
const nameless = /^(|Error|AggregateError|TypeError)$/

/** Comes with a status of 5xx, and is an answer all the same. */
const answered = /Capacity/

/** Why a call is to be sent again; undefined where that would not help. */
export function passing(error: unknown): string | undefined {
  const codes = codesOf(error)
  if (codes.some(code => answered.test(code))) return undefined
  const code = codes.find(code => !nameless.test(code))
  if (codes.some(code => throttled.test(code))) return `AWS asks to wait (${code})`
  if (codes.some(code => transient.test(code)) || (status(error) ?? 0) >= 500)
    return `no answer (${[code ?? `HTTP ${status(error)}`, calledOf(error) ?? []].flat().join(', ')})`
  return undefined
}

/**
 * Sends a call until it is answered: again after growing pauses while AWS asks to wait or gives no answer. What it
 * refuses is thrown as it is. Throws `ec2-busy` after five minutes.
 */
export async function patiently<T>(call: CallName, work: () => Promise<T>, parts: PatienceParts): Promise<T> {
  const { clock, signal, region, once = false, reads = false, random = Math.random } = parts
  const deadline = clock.now() + limitSeconds * 1000
  for (let attempt = 0; ; attempt++) {
    if (!reads || attempt > 0) signal?.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      const why = passing(error)
      if (why === undefined) throw error
      if (once && !codesOf(error).some(code => throttled.test(code)))
        throw unanswered(actionOf(call), region, why, error)
      const pause = Math.min(longestPauseSeconds, 2 ** attempt * 0.5) * (0.5 + random() / 2) * 1000
      if (clock.now() + pause > deadline) throw busy(actionOf(call), region, why, error)
      parts.waiting(`EC2 to answer ${actionOf(call)}`, limitSeconds, why)
      await clock.sleep(pause, signal)
    }
  }
}

const busy = (action: string, region: string, why: string, cause: unknown): AndamioError =>
  new AndamioError(
    {
      code: 'ec2-busy',
      message: `EC2 has not answered ${action} within ${limitSeconds / 60} minutes`,
      place: `EC2 in ${region}, ${action}`,
      cause: why,
      next: 'See whether something else in the account sends many requests, or AWS has trouble (health.aws.amazon.com); then run the same command again.',
    },
    undefined,
    { cause },
  )

const unanswered = (action: string, region: string, why: string, cause: unknown): AndamioError =>
  new AndamioError(
    {
      code: 'ec2-busy',
      message: `EC2 has not answered ${action}, which may have been carried out`,
      place: `EC2 in ${region}, ${action}`,
      cause: why,
      next: 'Run the same command again: it waits whether what was asked for shows up, and only then asks anew.',
    },
    undefined,
    { cause },
  )
