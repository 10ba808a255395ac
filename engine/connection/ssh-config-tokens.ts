import { homedir, hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { sshConfigError } from './ssh-config-error.ts'

/** What ssh's `%` tokens stand for. */
export interface Tokens {
  /** The host's address. */
  readonly h: string
  /** As it was asked for. */
  readonly n: string
  readonly p: string
  /** Who logs in there. */
  readonly r: string
}

/** A value with its tokens replaced: those of the host alone, or those of this machine too. */
export function expand(text: string, tokens: Partial<Tokens>, place: string, ofMachine = false): string {
  const known: Readonly<Record<string, string>> = { '%': '%', ...tokens, ...(ofMachine ? machine() : {}) }
  return text.replace(/%(.?)/g, (_, token: string) => {
    const value = known[token]
    if (value === undefined) throw sshConfigError(place, `%${token} is not read here`)
    return value
  })
}

/** Path of a file: `~`, `${NAME}` of the environment, tokens. Relative ones lie where this program was started, as with ssh. */
export function expandPath(text: string, tokens: Tokens, place: string): string {
  const path = text.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    const value = process.env[name]
    if (value === undefined) throw sshConfigError(place, `the environment has no ${name}`)
    return value
  })
  return expand(path.startsWith('~/') ? join(homedir(), path.slice(2)) : path, tokens, place, true)
}

function machine(): Readonly<Record<string, string>> {
  const { username, uid } = userInfo()
  return { d: homedir(), i: String(uid), l: hostname(), L: hostname().replace(/\..*$/, ''), u: username }
}
