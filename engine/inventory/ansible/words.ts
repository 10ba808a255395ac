/**
 * A line as Python's shlex splits it: quotes of both kinds, a backslash, and a comment from `#` on wherever it stands
 * outside of quotes. Undefined where a quote is not closed.
 */
export function splitWords(line: string, comments = true): readonly string[] | undefined {
  const words: string[] = []
  let [word, quote]: [string | undefined, string] = [undefined, '']
  for (let i = 0; i < line.length; i++) {
    const letter = line[i] as string
    if (quote !== '') {
      if (letter === quote) quote = ''
      else if (letter === '\\' && quote === '"' && /["\\]/.test(line[i + 1] ?? '')) word += line[++i] as string
      else word += letter
    } else if (/[ \t\r\n]/.test(letter)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (comments && letter === '#') break
    else if (letter === '"' || letter === "'") {
      quote = letter
      word ??= ''
    } else if (letter === '\\') {
      if (line[i + 1] === undefined) return undefined
      word = (word ?? '') + line[++i]
    } else word = (word ?? '') + letter
  }
  if (quote !== '') return undefined
  return word === undefined ? words : [...words, word]
}
