import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface KeyPair {
  /** Private key file, 0600. */
  readonly file: string
  /** One line as in authorized_keys. */
  readonly publicLine: string
  /** Public key in wire form. */
  readonly publicKey: Buffer
}

export function makeKey(folder: string, name: string, options: { type?: string; passphrase?: string } = {}): KeyPair {
  const file = join(folder, name)
  const { type = 'ed25519', passphrase = '' } = options
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', passphrase, '-C', name, '-f', file])
  const publicLine = readFileSync(`${file}.pub`, 'utf8').trim()
  return { file, publicLine, publicKey: Buffer.from(publicLine.split(' ')[1] ?? '', 'base64') }
}
