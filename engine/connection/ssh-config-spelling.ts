import { closest } from '../suggest.ts'
import { sshConfigError } from './ssh-config-error.ts'
import type { ConfigLine } from './ssh-config-lines.ts'
import { matchesSome } from './ssh-config-pattern.ts'

/** More would find one of ours in a keyword that only ssh reads. */
const mostSlips = 2

/** Keywords of old files that differ from one of today's by a digit; ssh passes them over. */
const retired = /2$/

/**
 * Refuses a keyword that is nearly one of `keywords`: ssh would refuse it, and passed over it sends a login elsewhere.
 * Others may be ssh's, of this version or of a later one. As ssh does, it asks of lines for other hosts, too; what
 * IgnoreUnknown names is added to `ignored`. Throws `ssh-config-invalid` (exit 64).
 */
export function refuseMisspelt(lines: readonly ConfigLine[], keywords: readonly string[], ignored: string[]): void {
  const known = [...keywords, 'host', 'match', 'include', 'ignoreunknown']
  for (const { keyword, words, place } of lines) {
    if (keyword === 'ignoreunknown') ignored.push(...words.flatMap(word => word.toLowerCase().split(',')))
    if (known.includes(keyword) || retired.test(keyword)) continue
    const meant = closest(keyword, known, mostSlips)
    if (meant === undefined || matchesSome(ignored, keyword)) continue
    throw sshConfigError(place, `ssh knows no ${keyword}`, `Did you mean ${meant}? docs/static.md has what is read.`)
  }
}
