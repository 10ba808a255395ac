import type { Duplex } from 'node:stream'
import { AbortError } from 'p-retry'
import type { AnyAuthMethod, ConnectConfig } from 'ssh2'
import type { SshEndpoint } from './connection.ts'
import { inTurnAt } from './handshakes.ts'
import { HostKeyCheck } from './host-key.ts'
import { dialFailure, loginRefused, nothingToLogInWith } from './ssh-failures.ts'
import { KeyRing } from './ssh-keys.ts'
import { SshLink } from './ssh-link.ts'
import { sshSocket } from './ssh-socket.ts'
import { within } from './within.ts'

export interface DialOptions {
  /** Shared by the hosts of a run. */
  readonly keys?: KeyRing
  /** Trust and remember the key of a host that none is known of. Never one that differs. */
  readonly acceptNewHostKeys?: boolean
  /** How long one attempt may take until the login is done. Default 10. */
  readonly handshakeSeconds?: number
  /** A peer that is silent for three of these is lost. Default 10. */
  readonly keepaliveSeconds?: number
}

/** AES-GCM first, for Node has it in native code; nothing with SHA-1, CBC or DSA. */
const algorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group14-sha256',
  ],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes128-ctr',
    'aes256-ctr',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
} satisfies ConnectConfig['algorithms']

/**
 * One attempt to log in to one sshd, through `via` where it is behind another. Rejects with what `ssh-failures` makes of
 * it. A passphrase is asked for between two attempts, never within one, for sshd gives a login little time.
 */
export async function dial(host: string, endpoint: SshEndpoint, options: DialOptions, via?: SshLink): Promise<SshLink> {
  const { utils } = (await import('ssh2')).default
  const keys = options.keys ?? new KeyRing()
  const { ready, lockedFiles, notes } = await keys.logins(endpoint, utils.parseKey)
  if (ready.length > 0) {
    try {
      return await inTurnAt(endpoint, () => logIn(host, endpoint, ready, options, via))
    } catch (error) {
      if (lockedFiles.length === 0 || !isLoginRefused(error)) throw withNotes(error, host, endpoint, notes)
    }
  }
  if (ready.length === 0 && lockedFiles.length === 0) throw nothingToLogInWith(host, endpoint, notes)
  // Who would not tell a passphrase is not asked again.
  const unlocked = await keys.unlock(lockedFiles, endpoint.user, utils.parseKey).catch(error => {
    throw new AbortError(error)
  })
  if (unlocked.length === 0) throw loginRefused(host, endpoint, notes, lockedFiles)
  try {
    return await inTurnAt(endpoint, () => logIn(host, endpoint, unlocked, options, via))
  } catch (error) {
    throw withNotes(error, host, endpoint, notes)
  }
}

const isLoginRefused = (error: unknown): boolean => (error as { level?: unknown }).level === 'client-authentication'

const withNotes = (error: unknown, host: string, endpoint: SshEndpoint, notes: readonly string[]): unknown =>
  isLoginRefused(error) ? loginRefused(host, endpoint, notes, []) : error

async function logIn(
  host: string,
  endpoint: SshEndpoint,
  methods: readonly AnyAuthMethod[],
  options: DialOptions,
  via: SshLink | undefined,
): Promise<SshLink> {
  const { Client } = (await import('ssh2')).default
  const check = await HostKeyCheck.read(host, endpoint, options.acceptNewHostKeys)
  const seconds = options.handshakeSeconds ?? 10
  const sock = via ? await forward(via, host, endpoint, seconds) : sshSocket(endpoint.address, endpoint.port)
  const client = new Client()
  let refusal: unknown
  try {
    await new Promise<void>((resolve, reject) => {
      client.on('ready', resolve)
      // An agent that fails is passed over for the next key.
      client.on('error', error => (error as { level?: string }).level !== 'agent' && reject(refusal ?? error))
      client.on('close', () => reject(refusal ?? new Error('it closed the connection during the handshake')))
      client.connect({
        username: endpoint.user,
        authHandler: [...methods],
        algorithms: { ...algorithms, serverHostKey: [...check.algorithms] } as NonNullable<ConnectConfig['algorithms']>,
        hostVerifier: (key: Buffer, verdict: (trusted: boolean) => void) => {
          check.verify(key).then(
            () => verdict(true),
            error => {
              refusal = error
              verdict(false)
            },
          )
        },
        readyTimeout: seconds * 1000,
        keepaliveInterval: (options.keepaliveSeconds ?? 10) * 1000,
        keepaliveCountMax: 2,
        sock,
      })
    })
  } catch (error) {
    client.removeAllListeners().on('error', () => undefined)
    client.destroy()
    sock.destroy()
    throw isLoginRefused(error) ? error : dialFailure(error, host, endpoint, check)
  }
  client.removeAllListeners()
  return new SshLink(host, client, sock)
}

/** The host before it waits as long as its kernel does, minutes, for an address that swallows what is sent there. */
async function forward(via: SshLink, host: string, endpoint: SshEndpoint, seconds: number): Promise<Duplex> {
  try {
    return await within(seconds, via.forward(endpoint.address, endpoint.port))
  } catch (error) {
    throw dialFailure(error, host, endpoint)
  }
}
