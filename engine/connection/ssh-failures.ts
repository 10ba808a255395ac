import { AbortError } from 'p-retry'
import { AndamioError, exitCode } from '../errors.ts'
import type { SshEndpoint } from './connection.ts'
import { unreachable } from './failures.ts'
import type { HostKeyCheck } from './host-key.ts'

interface Ssh2Error extends Error {
  readonly level?: string
  readonly code?: string
}

/** What may pass by itself: a host that boots, a sshd that is busy, a network that stumbles. */
const passing = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ECONNRESET', 'it hung up'],
  ['EPIPE', 'it hung up'],
  ['ETIMEDOUT', 'it does not answer'],
  ['EHOSTUNREACH', 'there is no way to it'],
  ['ENETUNREACH', 'there is no way to its network'],
  ['EAI_AGAIN', 'its name cannot be looked up at the moment'],
])

/**
 * What one failed attempt means. Comes as p-retry's `AbortError` where trying again cannot help: a host key that is
 * refused, a login that is refused, a name that does not exist, no common algorithm.
 */
export function dialFailure(error: unknown, host: string, endpoint: SshEndpoint, check?: HostKeyCheck): Error {
  if (error instanceof AndamioError) return new AbortError(error)
  const { code, level, message } = error as Ssh2Error
  const place = placeOf(host, endpoint)
  const reason = passing.get(code ?? '')
  if (reason !== undefined) return unreachable(host, `${reason} (${code})`, { place })
  if (level === 'client-timeout') return unreachable(host, 'it does not answer: no ssh handshake in time', { place })
  if (level === 'handshake' && check && /host key (format|algorithm)/i.test(message))
    return new AbortError(check.noneOffered())
  if (code === 'ENOTFOUND') return new AbortError(unreachable(host, nobodyKnows(endpoint), { place, next: nameIt }))
  if (level === 'handshake') return new AbortError(unreachable(host, message, { place }))
  return unreachable(host, message, { place })
}

const nobodyKnows = ({ address }: SshEndpoint): string => `nobody knows the name ${address} here (ENOTFOUND)`
const nameIt =
  'See that it is written right. Names of the inventory alone are known to nobody else: give an address, or a HostName ' +
  'in ~/.ssh/config.'

/** With the lines of ssh_config that had a say in it. */
function placeOf(host: string, { user, address, port, saidIn = [] }: SshEndpoint): string {
  const lines = [...saidIn].sort((one, other) => one.localeCompare(other, 'en', { numeric: true }))
  const by = lines.length === 0 ? '' : `, by ${lines.join(', ')}`
  return `${host} (${user}@${address}:${port}${by})`
}

export function loginRefused(
  host: string,
  endpoint: SshEndpoint,
  tried: readonly string[],
  lockedFiles: readonly string[],
): Error {
  const locked = lockedFiles[0]
  const next = locked
    ? `Unlock the key first: ssh-add ${locked}`
    : `Put our public key in ~${endpoint.user}/.ssh/authorized_keys on ${host}, or name the right key in the inventory.`
  const failure = {
    code: 'login-refused',
    message: `${host} accepts none of our keys for ${endpoint.user}`,
    place: placeOf(host, endpoint),
    cause: `tried: ${tried.join(', ')}`,
    next,
  }
  return new AbortError(new AndamioError(failure, exitCode.unreachable))
}

/** The host was not even asked: there is nothing to show to it. */
export function nothingToLogInWith(host: string, endpoint: SshEndpoint, notes: readonly string[]): Error {
  const failure = {
    code: 'login-refused',
    message: `There is no key to log in to ${host} with`,
    place: placeOf(host, endpoint),
    cause: notes.join(', ') || 'no agent and no key file is set',
    next: 'Name a key in the inventory, or give one to an agent with ssh-add.',
  }
  return new AbortError(new AndamioError(failure, exitCode.unreachable))
}
