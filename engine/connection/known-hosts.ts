import { createHmac, timingSafeEqual } from 'node:crypto'
import { matchesSome } from './ssh-config-pattern.ts'

/** One line of an OpenSSH known_hosts file. */
export interface KnownHost {
  readonly marker?: '@revoked' | '@cert-authority'
  /** As written: comma-separated patterns, or one hashed name. */
  readonly names: string
  /** `ssh-ed25519`, `ssh-rsa` ... */
  readonly type: string
  /** The public key in wire form. */
  readonly key: Buffer
}

export interface KnownHosts {
  readonly entries: readonly KnownHost[]
  /** Numbers, from 1, of lines that are neither empty, comment nor entry. They never match anything. */
  readonly malformed: readonly number[]
  /** Entries by each of their names, in lower case: to look at every line for every host would grow with both. */
  readonly byName: ReadonlyMap<string, readonly KnownHost[]>
  /** Those of which only a look tells whom they are for: hashed, or with patterns. */
  readonly others: readonly KnownHost[]
}

/** What the file says about one host. */
export interface HostKeys {
  readonly trusted: readonly KnownHost[]
  readonly revoked: readonly KnownHost[]
}

export function parseKnownHosts(text: string): KnownHosts {
  const entries: KnownHost[] = []
  const malformed: number[] = []
  text.split('\n').forEach((raw, index) => {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) return
    const entry = parseLine(line)
    if (entry) entries.push(entry)
    else malformed.push(index + 1)
  })
  return { entries, malformed, ...indexed(entries) }
}

function indexed(entries: readonly KnownHost[]): Pick<KnownHosts, 'byName' | 'others'> {
  const byName = new Map<string, KnownHost[]>()
  const others: KnownHost[] = []
  for (const entry of entries) {
    if (/^\||[*?!]/.test(entry.names)) others.push(entry)
    else for (const name of entry.names.toLowerCase().split(',')) byName.set(name, [...(byName.get(name) ?? []), entry])
  }
  return { byName, others }
}

function parseLine(line: string): KnownHost | undefined {
  const words = line.split(/[ \t]+/)
  const marker = words[0]?.startsWith('@') ? words.shift() : undefined
  if (marker !== undefined && marker !== '@revoked' && marker !== '@cert-authority') return undefined
  const [names, type, base64] = words
  if (names === undefined || type === undefined || base64 === undefined) return undefined
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined
  const key = Buffer.from(base64, 'base64')
  return keyType(key) === type ? { names, type, key, ...(marker ? { marker } : {}) } : undefined
}

/** The type that a public key names itself by, or undefined where it is not one. */
export function keyType(key: Buffer): string | undefined {
  if (key.length < 5) return undefined
  const length = key.readUInt32BE(0)
  return length > 0 && 4 + length < key.length ? key.toString('latin1', 4, 4 + length) : undefined
}

/** `name` is `address`, `[address]:port` for a port other than 22, or an alias. Authorities are not followed. */
export function keysOf({ byName, others }: KnownHosts, name: string): HostKeys {
  const wanted = name.toLowerCase()
  const mine = [...(byName.get(wanted) ?? []), ...others.filter(({ names }) => matches(names, wanted))]
  return {
    trusted: mine.filter(({ marker }) => marker === undefined),
    revoked: mine.filter(({ marker }) => marker === '@revoked'),
  }
}

const matches = (names: string, name: string): boolean =>
  names.startsWith('|1|') ? matchesHash(names, name) : matchesSome(names.toLowerCase().split(','), name)

function matchesHash(hashed: string, name: string): boolean {
  const [salt = '', digest = ''] = hashed.slice('|1|'.length).split('|')
  const wanted = Buffer.from(digest, 'base64')
  const got = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest()
  return wanted.length === got.length && timingSafeEqual(wanted, got)
}

/** The name under which OpenSSH lists an address. */
export const knownName = (address: string, port: number): string => (port === 22 ? address : `[${address}]:${port}`)

export const knownHostLine = (name: string, key: Buffer): string =>
  `${name} ${keyType(key)} ${key.toString('base64')}\n`
