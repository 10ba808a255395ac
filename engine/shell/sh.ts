import { quote } from './quote.ts'
import { QuoteState } from './quote-state.ts'
import { Secret } from './secret.ts'

/** Shell text that is ours and goes in as it stands. */
export class Raw {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Marks a trusted fragment, e.g. the result of another `sh`, so that it is not quoted. */
export const raw = (text: string): Raw => new Raw(text)

export type ShValue = string | number | Raw | readonly (string | number)[]

/**
 * POSIX sh in which every `${...}` is one quoted word, and an array as many words as it has items (none when empty).
 *
 * The text stands as written, backslashes included: `printf '%s\n'` means what it does in a script. Only `\${` and
 * `` \` `` lose theirs, which JavaScript asks for: write `\${name:-}` for the shell's own expansion.
 *
 * Throws `TypeError` on a value inside quotes, where our quotes would end the surrounding ones, on one glued to a
 * redirection, where a number names a descriptor, and on a `Secret`: a command is public, so a secret goes by stdin.
 */
export function sh(strings: TemplateStringsArray, ...values: readonly ShValue[]): string {
  const state = new QuoteState()
  let script = ''
  strings.raw.forEach((part, index) => {
    const text = part.replaceAll('\\${', '${').replaceAll('\\`', '`')
    state.read(text)
    if (index > 0 && /^[<>]/.test(text)) throw new TypeError(`a value before ${text.charAt(0)}: part them by a space`)
    script += text
    if (index < values.length) script += render(values[index] as ShValue, state, script)
  })
  return script
}

function render(value: ShValue, state: QuoteState, before: string): string {
  if (value instanceof Raw) {
    state.read(value.text)
    return value.text
  }
  if (state.quoted) throw new TypeError(`a value inside quotes, after: ${before.slice(-60)}`)
  const words = Array.isArray(value) ? value : [value]
  state.read('x')
  return words.map(word).join(' ')
}

function word(value: unknown): string {
  if (value instanceof Secret) throw new TypeError('a secret must not be part of a command: give it by stdin')
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value === 'string') return quote(value)
  throw new TypeError(`not a shell word: ${String(value)}`)
}
