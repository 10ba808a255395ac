// The library's dependency injection wants this polyfill loaded before it.
import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509'

// This file alone loads the X.509 library (0.1 s): import it only where a certificate is about to be made.

/** ECDSA over P-256 with SHA-256: what Go, Node and OpenSSL all verify, and quick on a small host. */
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** Certificates are dated back so far: a host whose clock is a little behind must not call them not yet valid. */
const backdatedMilliseconds = 5 * 60_000

export interface KeyAndCertificate {
  /** PKCS #8, PEM. */
  readonly key: string
  readonly certificate: string
}

/** A self-signed authority that may sign servers and clients and no further authorities. */
export async function makeAuthority(name: string, days: number): Promise<KeyAndCertificate> {
  const keys = await newKeys()
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    ...validity(days),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return pem(keys, certificate)
}

/** A server's key and certificate. `names` are DNS names and IP addresses; at least one. */
export async function makeServer(
  authority: KeyAndCertificate,
  names: readonly string[],
  days: number,
): Promise<KeyAndCertificate> {
  const [keys, signingKey] = [await newKeys(), await readKey(authority.key)]
  const issuer = new X509Certificate(authority.certificate)
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(names.map(name => ({ type: isIP(name) ? 'ip' : 'dns', value: name }))),
    await SubjectKeyIdentifierExtension.create(keys.publicKey),
    await AuthorityKeyIdentifierExtension.create(issuer),
  ]
  const subject = [{ CN: [names[0] ?? ''] }]
  const certificate = await X509CertificateGenerator.create({
    subject,
    issuer: issuer.subject,
    ...validity(days),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey,
    extensions,
  })
  return pem(keys, certificate)
}

const newKeys = () => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])

function readKey(key: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(key.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64')
  return webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign'])
}

function validity(days: number): { notBefore: Date; notAfter: Date } {
  const start = Date.now() - backdatedMilliseconds
  return { notBefore: new Date(start), notAfter: new Date(start + days * 86_400_000) }
}

async function pem(keys: webcrypto.CryptoKeyPair, certificate: X509Certificate): Promise<KeyAndCertificate> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`,
    certificate: `${certificate.toString('pem')}\n`,
  }
}
