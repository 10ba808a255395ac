/**
 * Compares versions of Debian packages as dpkg does (deb-version(7)): negative where the first is older, 0 where they are
 * equal, positive where it is newer.
 */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [parts(one), parts(other)]
  return a.epoch - b.epoch || compareParts(a.upstream, b.upstream) || compareParts(a.revision, b.revision)
}

function parts(version: string): { readonly epoch: number; readonly upstream: string; readonly revision: string } {
  const [, epoch = '0', rest = ''] = /^(?:(\d+):)?(.*)$/s.exec(version) ?? []
  const dash = rest.lastIndexOf('-')
  return {
    epoch: Number(epoch),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  }
}

/** By turns what is no number, sign by sign, and what is one. */
function compareParts(one: string, other: string): number {
  let [a, b] = [one, other]
  while (a !== '' || b !== '') {
    const [words, others] = [/^\D*/.exec(a)?.[0] ?? '', /^\D*/.exec(b)?.[0] ?? '']
    for (let at = 0; at < Math.max(words.length, others.length); at++) {
      const differs = weight(words[at]) - weight(others[at])
      if (differs !== 0) return differs
    }
    ;[a, b] = [a.slice(words.length), b.slice(others.length)]
    const [digits, otherDigits] = [/^\d*/.exec(a)?.[0] ?? '', /^\d*/.exec(b)?.[0] ?? '']
    const differs = BigInt(digits || 0) - BigInt(otherDigits || 0)
    if (differs !== 0n) return differs > 0n ? 1 : -1
    ;[a, b] = [a.slice(digits.length), b.slice(otherDigits.length)]
  }
  return 0
}

/** A tilde comes before everything, even the end; letters come before all other signs. */
function weight(sign: string | undefined): number {
  if (sign === '~') return -1
  if (sign === undefined) return 0
  return /[A-Za-z]/.test(sign) ? sign.charCodeAt(0) : sign.charCodeAt(0) + 256
}
