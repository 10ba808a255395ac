import { readFile } from 'node:fs/promises'
import type { AnyAuthMethod, ParsedKey, utils } from 'ssh2'
import type { Secret } from '../shell/secret.ts'
import type { SshEndpoint } from './connection.ts'
import { agentOf } from './ssh-agent-keys.ts'

/** Asks a person for the passphrase of a key file. Rejects, or gives undefined, when there is nobody to ask. */
export type AskPassphrase = (file: string) => Promise<Secret | undefined>

type KeyFile =
  | { readonly is: 'ready'; readonly key: ParsedKey }
  | { readonly is: 'locked' }
  | { readonly is: 'bad'; readonly why: string }

const passphraseTries = 3

/** Ways to prove who we are, and those that a person would have to unlock first. */
export interface Logins {
  readonly ready: readonly AnyAuthMethod[]
  readonly lockedFiles: readonly string[]
  /** For the error when none is accepted: what was tried and what could not be. */
  readonly notes: readonly string[]
}

/** Private keys of a run. Hosts share them, so a passphrase is asked for once, and only when all else was refused. */
export class KeyRing {
  readonly #ask: AskPassphrase | undefined
  readonly #unlocked = new Map<string, Promise<ParsedKey | undefined>>()
  readonly #ready = new Map<string, KeyFile>()

  constructor(ask?: AskPassphrase) {
    this.#ask = ask
  }

  /** Agent first, then key files in order. Asks nobody. */
  async logins(endpoint: SshEndpoint, parseKey: typeof utils.parseKey): Promise<Logins> {
    const { user: username } = endpoint
    const ready: AnyAuthMethod[] = []
    const lockedFiles: string[] = []
    const notes: string[] = []
    const agent = endpoint.agentSocket ?? process.env.SSH_AUTH_SOCK
    if (endpoint.agent && agent) {
      const only = endpoint.identitiesOnly ? await agentOf(agent, endpoint.identityFiles) : agent
      ready.push({ type: 'agent', username, agent: only })
      notes.push('keys of the agent')
    } else if (endpoint.agent) notes.push('no agent: SSH_AUTH_SOCK is not set')
    for (const file of endpoint.identityFiles) {
      const found = this.#ready.get(file) ?? (await readKey(file, parseKey))
      if (found.is === 'ready') this.#ready.set(file, found)
      if (found.is === 'ready') ready.push({ type: 'publickey', username, key: found.key })
      if (found.is === 'locked') lockedFiles.push(file)
      notes.push(found.is === 'bad' ? `${file}: ${found.why}` : `${file}${found.is === 'locked' ? ' (encrypted)' : ''}`)
    }
    return { ready, lockedFiles, notes }
  }

  /** Has a person unlock these files, each once a run. */
  async unlock(
    files: readonly string[],
    username: string,
    parseKey: typeof utils.parseKey,
  ): Promise<readonly AnyAuthMethod[]> {
    const methods: AnyAuthMethod[] = []
    for (const file of files) {
      const unlocking = this.#unlocked.get(file) ?? this.#unlockFile(file, parseKey)
      this.#unlocked.set(file, unlocking)
      const key = await unlocking
      if (key) methods.push({ type: 'publickey', username, key })
    }
    return methods
  }

  async #unlockFile(file: string, parseKey: typeof utils.parseKey): Promise<ParsedKey | undefined> {
    for (let tries = 0; tries < passphraseTries; tries++) {
      const passphrase = await this.#ask?.(file)
      if (passphrase === undefined) return undefined
      const found = await readKey(file, parseKey, passphrase)
      if (found.is === 'ready') return found.key
    }
    return undefined
  }
}

async function readKey(file: string, parseKey: typeof utils.parseKey, passphrase?: Secret): Promise<KeyFile> {
  let content: Buffer
  try {
    content = await readFile(file)
  } catch (error) {
    return { is: 'bad', why: (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : String(error) }
  }
  const key = parseKey(content, passphrase?.reveal())
  if (!(key instanceof Error))
    return key.isPrivateKey() ? { is: 'ready', key } : { is: 'bad', why: 'not a private key' }
  return /no passphrase given/i.test(key.message) ? { is: 'locked' } : { is: 'bad', why: key.message }
}
