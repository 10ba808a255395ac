import { createPrivateKey, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'

/** A certificate is renewed once less than this is left. */
export const renewBeforeDays = 30

/**
 * Why a server's certificate can no longer be used as it is, or undefined when it can: it must be signed by that
 * authority, name exactly these DNS names and addresses, belong to the key, and have 30 days left.
 */
export function whyRenew(
  pair: { readonly key: string; readonly certificate: string },
  authority: string,
  names: readonly string[],
  now = new Date(),
): string | undefined {
  const certificate = parse(pair.certificate)
  const signer = parse(authority)
  if (!certificate || !signer) return 'it cannot be read'
  if (!certificate.verify(signer.publicKey)) return 'another authority signed it'
  if (namesOf(certificate).join() !== sorted(names).join()) return `it names ${namesOf(certificate).join(', ')}`
  if (!belongsTo(certificate, pair.key)) return 'its key is another'
  return daysLeft(pair.certificate, now) < renewBeforeDays ? `it ends on ${certificate.validTo}` : undefined
}

/** Days until a PEM certificate's end; negative when it is over. Throws on garbage. */
export function daysLeft(certificate: string, now = new Date()): number {
  return (Date.parse(new X509Certificate(certificate).validTo) - now.getTime()) / 86_400_000
}

function parse(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem)
  } catch {
    return undefined
  }
}

function namesOf(certificate: X509Certificate): string[] {
  const entries = certificate.subjectAltName?.split(', ') ?? []
  return sorted(entries.map(entry => entry.slice(entry.indexOf(':') + 1)))
}

/** One spelling for each address, so that `::1` and Node's `0:0:0:0:0:0:0:1` compare equal. */
const sorted = (names: readonly string[]): string[] =>
  names.map(name => (isIP(name) === 6 ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name)).sort()

function belongsTo(certificate: X509Certificate, key: string): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}
