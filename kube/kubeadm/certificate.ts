import { createHash, X509Certificate } from 'node:crypto'

/** SHA-256 of the certificate, as `AB:CD:...`; the same for the same certificate however its PEM is laid out. */
export const fingerprint = (pem: string): string => new X509Certificate(pem).fingerprint256

/** `sha256:` and the hash of the public key, by which a joining node knows the cluster's CA. */
export function caHash(pem: string): string {
  const publicKey = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' })
  return `sha256:${createHash('sha256').update(publicKey).digest('hex')}`
}
