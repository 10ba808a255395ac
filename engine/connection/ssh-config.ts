import { homedir, userInfo } from 'node:os'
import { join } from 'node:path'
import { sshConfigError } from './ssh-config-error.ts'
import { filesOf, readLines } from './ssh-config-include.ts'
import type { ConfigLine } from './ssh-config-lines.ts'
import { asksForFinal, type Matched, type MatchSubject, matchLine } from './ssh-config-match.ts'
import { matchesSome } from './ssh-config-pattern.ts'
import { refuseMisspelt } from './ssh-config-spelling.ts'

/** Keywords that are honoured. Of each, the first value counts; key files add up. */
const honoured = [
  'hostname',
  'user',
  'port',
  'identityfile',
  'identitiesonly',
  'identityagent',
  'proxyjump',
  'proxycommand',
  'userknownhostsfile',
  'hostkeyalias',
] as const
export type Keyword = (typeof honoured)[number]

export interface ConfigValue {
  readonly words: readonly string[]
  readonly place: string
}

export type ConfigValues = ReadonlyMap<Keyword, readonly ConfigValue[]>

/** ssh's own limit. */
const deepestInclude = 16

/**
 * What ssh would read about hosts: the operator's own file, then the system's; or one file instead of both, as `ssh -F`.
 * Files are read once.
 */
export class SshConfig {
  readonly #files: readonly { readonly path: string; readonly folder: string }[]
  readonly #lines = new Map<string, readonly ConfigLine[] | undefined>()
  /** Patterns of keywords that need not be known, of all files read so far. */
  readonly #ignored: string[] = []

  constructor(file?: string) {
    const own = join(homedir(), '.ssh')
    this.#files = file
      ? [{ path: file, folder: own }]
      : [
          { path: join(own, 'config'), folder: own },
          { path: '/etc/ssh/ssh_config', folder: '/etc/ssh' },
        ]
    if (file && this.#read(file) === undefined) throw sshConfigError(file, 'there is no such file')
  }

  /**
   * Values for `ssh HOST`, as they are written, `%` and all. `user` is who is asked for elsewhere, `fallback` who it is
   * where nothing says so: `Match user` asks for either. Throws `ssh-config-invalid` (exit 64) for a line that cannot be
   * followed.
   */
  valuesFor(host: string, { user, fallback }: { user?: string | undefined; fallback: string }): ConfigValues {
    const asked = { host, originalHost: host, user, fallback }
    const reading: Reading = { ...asked, final: false, askedForFinal: false, values: new Map() }
    for (const { path, folder } of this.#files) this.#follow(path, folder, true, reading, 0)
    if (!reading.askedForFinal) return reading.values
    // Now `Host` is asked of what HostName made of it.
    const found = hostNow(reading)
    const [named] = reading.values.get('hostname') ?? []
    if (named) reading.values.set('hostname', [{ ...named, words: [found.replaceAll('%', '%%')] }])
    const last: Reading = { ...reading, host: found, final: true }
    for (const { path, folder } of this.#files) this.#follow(path, folder, true, last, 0)
    return last.values
  }

  #read(path: string): readonly ConfigLine[] | undefined {
    if (!this.#lines.has(path)) {
      const lines = readLines(path)
      refuseMisspelt(lines ?? [], honoured, this.#ignored)
      this.#lines.set(path, lines)
    }
    return this.#lines.get(path)
  }

  #follow(path: string, folder: string, above: Matched, reading: Reading, depth: number): void {
    let active = above
    const within = (matched: Matched): Matched => (matched === true ? above : matched)
    for (const line of this.#read(path) ?? []) {
      if (line.keyword === 'host') active = within(matchHost(line, reading.host))
      else if (line.keyword === 'match') {
        reading.askedForFinal ||= asksForFinal(line)
        active = within(matchLine(line, subjectOf(reading)))
      } else if (active === false) continue
      else if (line.keyword !== 'include') take(line, active, reading)
      else if (depth >= deepestInclude) throw sshConfigError(line.place, 'too many files that include each other')
      else
        for (const file of line.words.flatMap(word => filesOf(word, folder))) {
          this.#follow(file, folder, active, reading, depth + 1)
        }
    }
  }
}

interface Reading {
  /** Patterns of `Host` lines match this. */
  readonly host: string
  readonly originalHost: string
  readonly user: string | undefined
  readonly fallback: string
  readonly final: boolean
  askedForFinal: boolean
  readonly values: Map<Keyword, ConfigValue[]>
}

function matchHost({ words, place }: ConfigLine, host: string): boolean {
  if (words.length === 0) throw sshConfigError(place, 'Host names no pattern')
  return matchesSome(words, host)
}

function subjectOf(reading: Reading): MatchSubject {
  return {
    host: hostNow(reading).toLowerCase(),
    originalHost: reading.originalHost.toLowerCase(),
    user: reading.user ?? reading.values.get('user')?.[0]?.words[0] ?? reading.fallback,
    localUser: userInfo().username,
    final: reading.final,
  }
}

/** `%h` in a HostName is the host as it was asked for; nothing else is read there. */
const hostNow = ({ host, values }: Reading): string =>
  values.get('hostname')?.[0]?.words[0]?.replace(/%([%h])/g, (_, token) => (token === '%' ? '%' : host)) ?? host

function take({ keyword, words, place }: ConfigLine, active: Matched, reading: Reading): void {
  const known = honoured.find(name => name === keyword)
  // The second reading is of a host whose name stands.
  if (known === undefined || (known === 'hostname' && reading.final)) return
  if (words.length === 0) throw sshConfigError(place, `${known} has no value`)
  const before = reading.values.get(known)
  if (known === 'identityfile') {
    if (before?.some(value => value.words[0] === words[0])) return
  } else if (before !== undefined || hasRival(known, reading)) return
  if (active === 'maybe') {
    throw sshConfigError(
      place,
      `whether ${known} applies to ${reading.host} depends on a command or a network, which only ssh itself asks`,
      'Set the same in the inventory and `sshConfig: none` under `static:`, or name a file without this `Match` there.',
    )
  }
  reading.values.set(known, [...(before ?? []), { words, place }])
}

/** Of a jump and a command, the first counts. */
const hasRival = (keyword: Keyword, { values }: Reading): boolean =>
  (keyword === 'proxyjump' && values.has('proxycommand')) || (keyword === 'proxycommand' && values.has('proxyjump'))
