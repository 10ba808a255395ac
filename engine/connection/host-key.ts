import { createHash } from 'node:crypto'
import { AndamioError, exitCode } from '../errors.ts'
import type { SshEndpoint } from './connection.ts'
import { type HostKeys, keysOf, keyType, knownName } from './known-hosts.ts'
import { addKnownHost, readKnownHosts } from './known-hosts-file.ts'

/** Signature algorithms by key type, best first. SHA-1 is not among them. */
const algorithmsByType = new Map<string, readonly string[]>([
  ['ssh-ed25519', ['ssh-ed25519']],
  ['ecdsa-sha2-nistp256', ['ecdsa-sha2-nistp256']],
  ['ecdsa-sha2-nistp384', ['ecdsa-sha2-nistp384']],
  ['ecdsa-sha2-nistp521', ['ecdsa-sha2-nistp521']],
  ['ssh-rsa', ['rsa-sha2-512', 'rsa-sha2-256']],
])

/** Decides on one host's key. Made from known_hosts as it stands, once for each attempt to connect. */
export class HostKeyCheck {
  /** What to offer: where keys are known only theirs, for a key of another type could not be compared. */
  readonly algorithms: readonly string[]
  readonly #host: string
  readonly #name: string
  readonly #file: string
  readonly #keys: HostKeys
  readonly #malformed: readonly number[]
  readonly #acceptNew: boolean

  private constructor(
    host: string,
    name: string,
    file: string,
    keys: HostKeys,
    malformed: readonly number[],
    acceptNew: boolean,
  ) {
    this.#host = host
    this.#name = name
    this.#file = file
    this.#keys = keys
    this.#malformed = malformed
    this.#acceptNew = acceptNew
    const types = keys.trusted.map(({ type }) => type)
    const known = [...algorithmsByType].flatMap(([type, names]) => (types.includes(type) ? names : []))
    this.algorithms = known.length > 0 ? known : [...algorithmsByType.values()].flat()
  }

  static async read(host: string, endpoint: SshEndpoint, acceptNew = false): Promise<HostKeyCheck> {
    const name = endpoint.hostKeyAlias ?? knownName(endpoint.address, endpoint.port)
    const known = await readKnownHosts(endpoint.knownHostsFile)
    return new HostKeyCheck(host, name, endpoint.knownHostsFile, keysOf(known, name), known.malformed, acceptNew)
  }

  /** Resolves when the key is trusted; else rejects with the refusal, which nothing retries. */
  async verify(key: Buffer): Promise<void> {
    const same = ({ key: known }: { key: Buffer }): boolean => known.equals(key)
    if (this.#keys.revoked.some(same)) throw this.#refusal('revoked', key)
    if (this.#keys.trusted.some(same)) return
    if (this.#keys.trusted.length > 0) throw this.#refusal('changed', key)
    if (!this.#acceptNew) throw this.#refusal('unknown', key)
    await addKnownHost(this.#file, this.#name, key)
  }

  /** The host knows none of the algorithms offered, so it has no longer the key that is known. */
  noneOffered(): AndamioError {
    return this.#refusal('changed')
  }

  #refusal(why: 'unknown' | 'changed' | 'revoked', key?: Buffer): AndamioError {
    const shown = key ? `it shows ${keyType(key)} ${fingerprint(key)}` : 'it has no key of a known type'
    const known = this.#keys.trusted.map(entry => `${entry.type} ${fingerprint(entry.key)}`).join(', ')
    const bad = this.#malformed.length > 0 ? `; unreadable lines: ${this.#malformed.join(', ')}` : ''
    const list = `${this.#file} under ${this.#name}`
    const texts = {
      unknown: {
        message: `The host key of ${this.#host} is not known`,
        cause: `${shown}; there is no key in ${list}${bad}`,
        next: 'Compare the fingerprint on the host (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then run again with --accept-new-host-keys.',
      },
      changed: {
        message: `The host key of ${this.#host} has changed: another machine may be answering`,
        cause: `${shown}; known is ${known} in ${list}${bad}`,
        next: `If the host was made anew, drop its old key with: ssh-keygen -R '${this.#name}' -f ${this.#file}`,
      },
      revoked: {
        message: `The host key of ${this.#host} is revoked`,
        cause: `${shown}; marked @revoked in ${list}${bad}`,
        next: 'Give the host a new key; a revoked one is never to be trusted again.',
      },
    }[why]
    return new AndamioError({ code: `host-key-${why}`, place: this.#host, ...texts }, exitCode.hostKeyRefused)
  }
}

/** As `ssh-keygen -l` prints it. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
