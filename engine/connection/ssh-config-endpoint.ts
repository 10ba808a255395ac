import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { SshEndpoint } from './connection.ts'
import type { ConfigValue, ConfigValues, Keyword, SshConfig } from './ssh-config.ts'
import { sshConfigError } from './ssh-config-error.ts'
import { expand, expandPath, type Tokens } from './ssh-config-tokens.ts'
import { type JumpHost, jumpOfCommand, readJump } from './ssh-jump.ts'

/** What is said of a host elsewhere, and wins over what ssh_config says. */
export interface AskedLogin {
  /** As one would name it to ssh: an address, or a name that a `Host` line knows. */
  readonly host: string
  readonly port?: number | undefined
  readonly user?: string | undefined
  readonly identityFiles?: readonly string[] | undefined
  readonly agent?: boolean | undefined
  /** Outermost first; none at all where it is empty. */
  readonly jump?: readonly JumpHost[] | undefined
}

interface Way {
  readonly config: SshConfig | undefined
  /** Who logs in where nothing says so: on the way to a host, who is asked for there. */
  readonly user: string
  /** Keys of the host beyond, tried on the way to it, too. */
  readonly keys: readonly string[]
  /** Hosts beyond, by `nameOf`. */
  readonly beyond: readonly string[]
}

/** In ssh's order, those that we can read. */
const keyNames = ['id_rsa', 'id_ecdsa', 'id_ed25519']

/**
 * How `ssh HOST` would log in: what is asked, then what its files say, then ssh's own defaults; without a config only
 * the first and the last. `user` is who logs in where nothing says so. StrictHostKeyChecking is not followed: a host's
 * key is always verified. Throws `ssh-config-invalid` (exit 64).
 */
export const endpointOf = (asked: AskedLogin, config: SshConfig | undefined, user: string): SshEndpoint =>
  resolve(asked, { config, user, keys: [], beyond: [] })

function resolve(asked: AskedLogin, way: Way): SshEndpoint {
  const values = way.config?.valuesFor(asked.host, { user: asked.user, fallback: way.user }) ?? new Map()
  const said = new Said(values)
  const address = addressOf(asked.host, said.first('hostname'))
  const user = asked.user ?? word('a login name', said.first('user')) ?? way.user
  const port = asked.port ?? portOf(said.first('port')) ?? 22
  const tokens: Tokens = { h: address, n: asked.host, p: String(port), r: user }
  const identityFiles = asked.identityFiles ?? keyFilesOf(said, tokens, way.keys)
  const alias = word('a name', said.first('hostkeyalias'))
  const jump = asked.jump?.map(hop => ({ hop, place: asked.host })) ?? jumpOf(said, tokens)
  return {
    ...{ address, port, user, identityFiles },
    ...agentOf(asked.agent, said, tokens),
    ...(isYes(said.first('identitiesonly')) ? { identitiesOnly: true } : {}),
    knownHostsFile: knownHostsOf(said, tokens),
    ...(alias ? { hostKeyAlias: alias } : {}),
    jump: jump.map(({ hop, place }, i) => {
      const beyond = [...way.beyond, nameOf(asked.host, asked)]
      if (beyond.includes(nameOf(hop.address, hop)))
        throw sshConfigError(place, `the way to ${hop.address} leads through ${hop.address} itself`)
      // Only of the outermost its own way is asked: the others are reached through those before them.
      const { address: host, ...login } = hop
      const through = { host, agent: asked.agent, ...login, ...(i === 0 ? {} : { jump: [] }) }
      const keys = [...way.keys, ...(asked.identityFiles ?? [])]
      return resolve(through, {
        config: way.config,
        user: way.beyond.length === 0 ? (asked.user ?? way.user) : way.user,
        keys,
        beyond,
      })
    }),
    ...(said.places.length > 0 ? { saidIn: said.places } : {}),
  }
}

/** What its lines are looked up by: whoever is looked up once more on the way is looked up without end. */
const nameOf = (host: string, { user, port }: Pick<AskedLogin, 'user' | 'port'>): string =>
  JSON.stringify([host, user, port])

/** What the files say, and where that stands that was asked for. */
class Said {
  readonly #values: ConfigValues
  readonly #places = new Set<string>()

  constructor(values: ConfigValues) {
    this.#values = values
  }

  get places(): readonly string[] {
    return [...this.#places]
  }

  all(keyword: Keyword): readonly ConfigValue[] {
    const values = this.#values.get(keyword) ?? []
    for (const { place } of values) this.#places.add(place)
    return values
  }

  first = (keyword: Keyword): ConfigValue | undefined => this.all(keyword)[0]
}

function addressOf(host: string, said: ConfigValue | undefined): string {
  const named = word('an address', said)
  return named === undefined ? host : expand(named, { h: host }, said?.place ?? '')
}

/** Goes into messages and into arguments of the ssh program. */
function word(what: string, said: ConfigValue | undefined): string | undefined {
  const text = said?.words[0]
  if (text !== undefined && !/^[^\s\p{Cc}-][^\s\p{Cc}]*$/u.test(text))
    throw sshConfigError(said?.place ?? '', `${JSON.stringify(text)} is not ${what}`)
  return text
}

function portOf(said: ConfigValue | undefined): number | undefined {
  const text = said?.words[0]
  if (said === undefined || text === undefined) return undefined
  if (!/^\d{1,5}$/.test(text) || Number(text) === 0 || Number(text) > 65535)
    throw sshConfigError(said.place, `${text} is no port`)
  return Number(text)
}

const isYes = (said: ConfigValue | undefined): boolean => /^(yes|true)$/i.test(said?.words[0] ?? '')

const pathOf = ({ words, place }: ConfigValue, tokens: Tokens): string => expandPath(words[0] ?? '', tokens, place)

function keyFilesOf(said: Said, tokens: Tokens, before: readonly string[]): readonly string[] {
  const values = said.all('identityfile')
  const files = values.filter(({ words }) => words[0]?.toLowerCase() !== 'none').map(value => pathOf(value, tokens))
  return [...new Set([...before, ...files, ...(values.length + before.length === 0 ? usualKeys() : [])])]
}

const usualKeys = (): readonly string[] =>
  keyNames.map(name => join(homedir(), '.ssh', name)).filter(path => existsSync(path))

function agentOf(asked: boolean | undefined, said: Said, tokens: Tokens): Pick<SshEndpoint, 'agent' | 'agentSocket'> {
  if (asked === false) return { agent: false }
  const socket = said.first('identityagent')
  const text = socket?.words[0]
  if (socket === undefined || text === undefined || text === 'SSH_AUTH_SOCK') return { agent: true }
  if (text.toLowerCase() === 'none') return { agent: asked ?? false }
  const path = text.startsWith('$') && !text.startsWith('${') ? process.env[text.slice(1)] : pathOf(socket, tokens)
  return { agent: true, ...(path ? { agentSocket: path } : {}) }
}

/** The first of them. One that remembers nothing would have every key new for ever. */
function knownHostsOf(said: Said, tokens: Tokens): string {
  const value = said.first('userknownhostsfile')
  const path = value && pathOf(value, tokens)
  return path && !/^(none|\/dev\/null)$/.test(path) ? path : join(homedir(), '.ssh', 'known_hosts')
}

/** A ProxyCommand is not run; one that only goes through another host is as good as a jump. */
function jumpOf(said: Said, tokens: Tokens): readonly { hop: JumpHost; place: string }[] {
  const command = said.first('proxycommand')
  const value = said.first('proxyjump') ?? command
  const text = value?.words.join(' ')
  if (value === undefined || text === undefined || text.toLowerCase() === 'none') return []
  const jump = value === command ? jumpOfCommand(text) : expand(text, tokens, value.place)
  if (jump === undefined) {
    const next = 'Name the hosts on the way as `jump` in the inventory, or as ProxyJump in this file.'
    throw sshConfigError(value.place, `ProxyCommand is not run here: ${text}`, next)
  }
  return jump.split(',').map(part => {
    const hop = readJump(part.trim())
    if (hop === undefined) throw sshConfigError(value.place, `${JSON.stringify(part)} names no host to go through`)
    return { hop, place: value.place }
  })
}
