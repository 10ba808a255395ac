import { sshConfigError } from './ssh-config-error.ts'

/** One line of an ssh_config file: `Port 2222` is `{ keyword: 'port', words: ['2222'] }`. */
export interface ConfigLine {
  /** In lower case. */
  readonly keyword: string
  readonly words: readonly string[]
  /** `~/.ssh/config:12`, for people. */
  readonly place: string
}

/** Text of an ssh_config file. Keywords are not judged here: ssh has more of them than we read, and newer ones. */
export function parseLines(text: string, file: string): readonly ConfigLine[] {
  return text.split('\n').flatMap((raw, index): ConfigLine[] => {
    const line = raw.replace(/[\s\f]+$/, '').replace(/^\s+/, '')
    if (line === '' || line.startsWith('#')) return []
    const place = `${file}:${index + 1}`
    const [, keyword = '', rest = ''] = line.match(/^"?([^\s="]+)"?(?:\s*=\s*|\s+|$)(.*)$/s) ?? []
    return [{ keyword: keyword.toLowerCase(), words: splitWords(rest, place), place }]
  })
}

/**
 * As OpenSSH splits a line: words in either kind of quotes, a backslash in front of a quote, a backslash or, outside of
 * quotes, a space; a word that begins with `#` ends the line.
 */
function splitWords(text: string, place: string): readonly string[] {
  const words: string[] = []
  let [word, quote]: [string | undefined, string] = [undefined, '']
  for (let i = 0; i < text.length; i++) {
    const letter = text[i] as string
    const isSpace = letter === ' ' || letter === '\t'
    if (word === undefined && (isSpace || letter === '#')) {
      if (isSpace) continue
      break
    }
    word ??= ''
    const next = text[i + 1] ?? ''
    if (letter === '\\' && next !== '' && (`'"\\`.includes(next) || (quote === '' && next === ' '))) {
      word += next
      i += 1
    } else if (quote === '' && isSpace) {
      words.push(word)
      word = undefined
    } else if (quote === '' && (letter === '"' || letter === "'")) quote = letter
    else if (letter === quote) quote = ''
    else word += letter
  }
  if (quote !== '') throw sshConfigError(place, `the quote ${quote} is not closed`)
  return word === undefined ? words : [...words, word]
}
