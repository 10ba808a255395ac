import pRetry from 'p-retry'
import { FileManagerError } from '../protocol/errors.ts'
import type { Session } from '../protocol/session.ts'
import type { Link } from './link.ts'

const retries = { retries: 4, minTimeout: 250, factor: 2, randomize: true }

/** Another server, or the same one a little later, may do better. */
const passing: ReadonlySet<string> = new Set([
  'lost',
  'unreachable',
  'shutting-down',
  'busy',
  'not-ready',
  'no-server',
  'idle',
  'slow',
])

/** Does what can be done twice, and after a loss of the connection again on another. Throws what the last attempt threw. */
export function persistently<T>(link: Link, act: (session: Session) => Promise<T>, signal: AbortSignal): Promise<T> {
  const attempt = async (): Promise<T> => act(await link.session(signal))
  const shouldRetry = ({ error }: { error: unknown }): boolean =>
    !signal.aborted && error instanceof FileManagerError && passing.has(error.errorCode)
  return pRetry(attempt, { ...retries, shouldRetry, signal })
}
