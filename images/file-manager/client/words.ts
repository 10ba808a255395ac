import { usageProblem } from './problem.ts'

/** One word of a command, without its quotes. */
export interface Word {
  readonly text: string
  /** The same with `\` before each character that quotes have made ordinary: only what is bare is a pattern. */
  readonly pattern: string
}

export interface Split {
  /** Those that are whole; the last one too when nothing but the end of the line ends it. */
  readonly words: readonly Word[]
  /** The last word, when it may go on: no blank stands behind it. */
  readonly open: { readonly quote: Quote; readonly raw: string; readonly text: string } | undefined
}

export type Quote = '' | '"' | "'"

const meaning = /[*?[\]\\]/

/** A line as a shell reads it: blanks part words, quotes and backslashes keep them together. Never throws. */
export function split(line: string): Split {
  const words: Word[] = []
  let [text, pattern, raw, quote]: [string, string, string, Quote] = ['', '', '', '']
  let inWord = false
  const add = (character: string, bare: boolean): void => {
    inWord = true
    text += character
    pattern += !bare && meaning.test(character) ? `\\${character}` : character
  }
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at)
    if (quote === '' && /\s/.test(character)) {
      if (inWord) words.push({ text, pattern })
      text = pattern = raw = ''
      inWord = false
      continue
    }
    raw += character
    if (character === '\\' && quote !== "'" && at + 1 < line.length) {
      raw += line.charAt(++at)
      add(line.charAt(at), false)
    } else if (character === quote) quote = ''
    else if (quote === '' && (character === '"' || character === "'")) {
      quote = character
      inWord = true
    } else add(character, quote === '')
  }
  if (!inWord) return { words, open: undefined }
  if (quote === '') words.push({ text, pattern })
  return { words, open: { quote, raw, text } }
}

/** The words of a whole line. Throws when a quote is left open. */
export function wordsOf(line: string): readonly Word[] {
  const { words, open } = split(line)
  if (open !== undefined && open.quote !== '')
    throw usageProblem(`the quote ${open.quote} is not closed`, 'Close it, or put a \\ before it.')
  return words
}

/** A word that somebody's shell has read already; it may still hold a pattern, if it was quoted there. */
export const wordOf = (text: string): Word => ({ text, pattern: text })

/** As it is to be typed to mean just this name. */
export function quoted(name: string, quote: Quote = ''): string {
  if (quote === "'") return name.replaceAll("'", `'\\''`)
  if (quote === '"') return name.replace(/["\\]/g, '\\$&')
  return name.replace(/[\s"'\\*?[\]]/g, '\\$&')
}
