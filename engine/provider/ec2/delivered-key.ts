import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { makeKeyPair } from '../../connection/key-pair.ts'
import { writeFileAtomically } from '../lab/atomic.ts'
import { readPrivateKey, readPublicKey } from '../lab/keys.ts'
import type { HostLayout } from '../lab/layout.ts'

/** A host's first key, which it is given in its user data; and what of it stands in known_hosts. */
export interface DeliveredKey {
  readonly private: string
  readonly public: string
}

/** A pair for a new instance. From now on the host is known by it, and by nothing else. */
export function deliverNewKey(host: string, layout: HostLayout): void {
  const { private: secret, public: shown } = makeKeyPair(`andamio ${host}`)
  writeFileAtomically(layout.hostKey, secret)
  knowHostBy(host, layout, [shown])
  // The public half last: a pair is whole when it is there.
  writeFileAtomically(`${layout.hostKey}.pub`, `${shown}\n`)
}

export const deliveredKey = (layout: HostLayout): DeliveredKey | undefined =>
  existsSync(`${layout.hostKey}.pub`) && existsSync(layout.hostKey)
    ? { private: readPrivateKey(layout.hostKey), public: readPublicKey(layout.hostKey) }
    : undefined

/** `ssh-ed25519 AAAA...` of the key that was in the user data, without its comment; undefined where none is known. */
export const deliveredPublic = (layout: HostLayout): string | undefined =>
  existsSync(`${layout.hostKey}.pub`) ? withoutComment(readPublicKey(layout.hostKey)) : undefined

/** Nothing here needs the private half when the host has a key of its own. */
export const forgetPrivate = (layout: HostLayout): Promise<void> => rm(layout.hostKey, { force: true })

export function knowHostBy(host: string, layout: HostLayout, keys: readonly string[]): void {
  writeFileAtomically(layout.knownHosts, keys.map(key => `${host} ${withoutComment(key)}\n`).join(''))
}

/** The keys by which the host is known. */
export function knownKeys(host: string, layout: HostLayout): readonly string[] {
  if (!existsSync(layout.knownHosts)) return []
  return readFileSync(layout.knownHosts, 'utf8')
    .split('\n')
    .flatMap(line => (line.startsWith(`${host} `) ? [line.slice(host.length + 1)] : []))
}

export const withoutComment = (key: string): string => key.trim().split(' ').slice(0, 2).join(' ')
