import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSecureContext, type SecureContext } from 'node:tls'

/** What a broker or server proves itself by, and what it asks of others. */
export interface Credentials {
  /** Undefined for plain text. */
  secureContext(): SecureContext | undefined
  /** PEM of who is trusted; undefined for plain text. */
  authority(): string | undefined
  token(role: TokenRole): string
}

export type TokenRole = 'client' | 'server'

/**
 * Those of a folder (`tls.crt`, `tls.key`, `ca.crt`, `client-token`, `server-token`), read again at every use, for a
 * Secret's files are replaced under a running program. Read at once and not by the pool of threads: the files are small
 * and local, and a pool that hangs on a dead volume must not keep anybody from logging in.
 */
export function credentialsOf(folder: string, plainText = false): Credentials {
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8')
  let known: { certificate: string; key: string; context: SecureContext } | undefined
  return {
    secureContext: () => {
      if (plainText) return undefined
      const [certificate, key] = [read('tls.crt'), read('tls.key')]
      if (known?.certificate !== certificate || known.key !== key) {
        const context = createSecureContext({ cert: certificate, key, minVersion: 'TLSv1.3' })
        known = { certificate, key, context }
      }
      return known.context
    },
    authority: () => (plainText ? undefined : read('ca.crt')),
    token: role => read(`${role}-token`).trim(),
  }
}

/** Without a hint in the time it takes, whatever the lengths. An empty secret equals nothing. */
export function sameSecret(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted)) && wanted !== ''
}
