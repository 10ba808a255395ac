/**
 * The candidate that a mistyped word most likely meant, or undefined when none is near: at most one slip in a short
 * word, one in three letters of a longer one, and never more than `mostSlips`. A swap of two neighbours counts as one
 * slip. Of those equally near the one with the word's own digits: who types `workr` means `workers` rather than one of
 * `worker1` and its like.
 */
export function closest(
  word: string,
  candidates: Iterable<string>,
  mostSlips = Number.POSITIVE_INFINITY,
): string | undefined {
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  const digits = digitsOf(word)
  for (const candidate of candidates) {
    // The longer of the two: a letter that was left out makes no word a short one.
    const most = Math.min(mostSlips, Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3)))
    if (candidate === word || Math.abs(candidate.length - word.length) > most) continue
    const slips = distance(word.toLowerCase(), candidate.toLowerCase())
    const farness = slips + (digitsOf(candidate) === digits ? 0 : 0.5)
    if (slips <= most && farness < least) [best, least] = [candidate, farness]
  }
  return best
}

/** `did you mean workers?`, else what there is to choose from. */
export function didYouMean(word: string, candidates: Iterable<string>, whatThereIs: string): string {
  const known = [...candidates]
  const meant = closest(word, known)
  if (meant !== undefined) return `did you mean ${meant}?`
  return known.length === 0 ? `there is none: ${whatThereIs}` : `${whatThereIs}: ${known.join(', ')}`
}

const digitsOf = (word: string): string => word.replaceAll(/\D/g, '')

/** Damerau-Levenshtein, optimal string alignment. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Number.POSITIVE_INFINITY
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const differs = a[i - 1] === b[j - 1] ? 0 : 1
      let slips = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + differs)
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) slips = Math.min(slips, at(i - 2, j - 2) + 1)
      row[j] = slips
    }
  }
  return at(a.length, b.length)
}
