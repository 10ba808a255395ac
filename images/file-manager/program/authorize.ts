import { type Credentials, sameSecret } from '../protocol/credentials.ts'
import { FileManagerError } from '../protocol/errors.ts'
import type { Guest } from '../protocol/guest.ts'
import type { Hello } from '../protocol/messages.ts'

/** Throws `unauthorized`. Who only asks for health needs no token, and is answered nothing else. */
export function authorize(guest: Guest, credentials: Credentials, welcome: readonly Hello['role'][]): void {
  const { role, token } = guest.hello ?? {}
  if (role === 'health') return
  if (role === undefined || !welcome.includes(role))
    throw new FileManagerError('unauthorized', `a ${role} has no business here`)
  if (!sameSecret(token ?? '', credentials.token(role)))
    throw new FileManagerError('unauthorized', `the ${role} token is missing or wrong`)
}
