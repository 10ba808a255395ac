import { sshConfigError } from './ssh-config-error.ts'
import type { ConfigLine } from './ssh-config-lines.ts'
import { matchesSome } from './ssh-config-pattern.ts'

/** What a `Match` line can ask for. */
export interface MatchSubject {
  /** As it stands by now: a HostName that has been read, else as it was asked for. */
  readonly host: string
  readonly originalHost: string
  readonly user: string
  readonly localUser: string
  /** ssh reads its files once more where one says `Match final`. */
  readonly final: boolean
}

/** `maybe`: it depends on something that only ssh itself can tell, such as a command's exit status. */
export type Matched = boolean | 'maybe'

/** Whether the lines that follow are for this host. `Match` itself is the first word of none of these. */
export function matchLine({ words, place }: ConfigLine, subject: MatchSubject): Matched {
  if (words.length === 0) throw sshConfigError(place, 'Match says of what: `all`, `host` ...')
  let matched: Matched = true
  for (let rest = words.flatMap(splitEquals); rest.length > 0; ) {
    const [word = '', argument, ...others] = rest
    const negated = word.startsWith('!')
    const name = word.replace(/^!/, '').toLowerCase()
    if (name === 'all') {
      const alone = words.length === 1 || (words.length === 2 && /^(final|canonical)$/i.test(words[0] ?? ''))
      if (negated || !alone) throw sshConfigError(place, '`Match all` stands alone')
      return matched
    }
    let one: Matched
    if (name === 'final' || name === 'canonical') {
      one = subject.final
      rest = rest.slice(1)
    } else {
      if (argument === undefined || argument === '') throw sshConfigError(place, `Match ${name} says nothing behind it`)
      one = criterion(name, argument, subject)
      rest = others
    }
    matched = both(matched, one === 'maybe' ? one : one !== negated)
  }
  return matched
}

/** Whether a `Match` line has ssh read its files a second time. */
export const asksForFinal = ({ keyword, words }: ConfigLine): boolean =>
  keyword === 'match' && words.some(word => /^!?final$/i.test(word))

/** `host=a` is `host a`. */
const splitEquals = (word: string): readonly string[] => {
  const [, name, value] = word.match(/^(!?[a-z]+)=(.+)$/i) ?? []
  return name === undefined || value === undefined ? [word] : [name, value]
}

function criterion(name: string, argument: string, subject: MatchSubject): Matched {
  const patterns = argument.split(',')
  const lower = patterns.map(pattern => pattern.toLowerCase())
  if (name === 'host') return matchesSome(lower, subject.host)
  if (name === 'originalhost') return matchesSome(lower, subject.originalHost)
  if (name === 'user') return matchesSome(patterns, subject.user)
  if (name === 'localuser') return matchesSome(patterns, subject.localUser)
  return 'maybe'
}

const both = (one: Matched, other: Matched): Matched =>
  one === false || other === false ? false : one === 'maybe' || other === 'maybe' ? 'maybe' : true
