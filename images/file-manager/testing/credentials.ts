import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { verifiedName } from '../protocol/limits.ts'

export interface MadeCredentials {
  readonly folder: string
  /** PEM. */
  readonly authority: string
  readonly clientToken: string
  readonly serverToken: string
}

/** A folder as the programs find it under /etc/file-manager, with an authority of its own. */
export function makeCredentials(folder: string, name = verifiedName): MadeCredentials {
  mkdirSync(folder, { recursive: true })
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  }
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.crt', '-subj', '/CN=test authority')
  const extensions = ['-addext', `subjectAltName=DNS:${name}`, '-addext', 'basicConstraints=CA:FALSE']
  const issuer = ['-CA', 'ca.crt', '-CAkey', 'ca.key']
  openssl(
    'req',
    '-x509',
    ...newKey,
    ...issuer,
    '-keyout',
    'tls.key',
    '-out',
    'tls.crt',
    '-subj',
    '/CN=test',
    ...extensions,
  )
  const [clientToken, serverToken] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')]
  writeFileSync(join(folder, 'client-token'), `${clientToken}\n`)
  writeFileSync(join(folder, 'server-token'), `${serverToken}\n`)
  return { folder, authority: readFileSync(join(folder, 'ca.crt'), 'utf8'), clientToken, serverToken }
}
