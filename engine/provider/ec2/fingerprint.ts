import { existsSync } from 'node:fs'
import { fingerprint } from '../../connection/host-key.ts'
import { readPublicKey } from '../lab/keys.ts'

/** `SHA256:...` of a key pair at this path; undefined where there is none. */
export const fingerprintOf = (path: string): string | undefined =>
  existsSync(`${path}.pub`) ? fingerprint(Buffer.from(readPublicKey(path).split(' ')[1] ?? '', 'base64')) : undefined
