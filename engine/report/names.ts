/** A name with a number at its end: `worker12` is `worker` and 12, `worker007` neither. */
function numbered(name: string): { readonly stem: string; readonly number: number } | undefined {
  const [, stem = '', digits = ''] = /^(.*\D|)(0|[1-9]\d*)$/.exec(name) ?? []
  return digits === '' ? undefined : { stem, number: Number(digits) }
}

/** `cp, worker1-3`: names in their order, those that count on from one another as a range. */
export function foldNames(names: readonly string[]): string {
  const ranges: { first: string; last: string }[] = []
  for (const name of names) {
    const range = ranges.at(-1)
    const [before, here] = [range && numbered(range.last), numbered(name)]
    if (range && before && here && before.stem === here.stem && here.number === before.number + 1) range.last = name
    else ranges.push({ first: name, last: name })
  }
  return ranges
    .map(({ first, last }) => (first === last ? first : `${first}-${numbered(last)?.number ?? last}`))
    .join(', ')
}

/** The same text for every host that it says the same of: its own name, where it is a word, reads `<host>`. */
export function withoutName(text: string, host: string): string {
  if (!text.includes(host)) return text
  const name = host.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return text.replace(new RegExp(`(?<![\\w.-])${name}(?![\\w.-])`, 'g'), '<host>')
}
