/** A word of a script. */
export interface Word {
  readonly source: string
  /** Its value, where no expansion has a part in it. */
  readonly text?: string
  /** What its value begins with in any case. */
  readonly head: string
}

/** The script is not POSIX sh that we read: a mistake, or a form that shells read differently. */
export class ScriptError extends Error {}

/** Reads words and what nests in them. Grammar is `ScriptParser`'s; it is called back for command substitutions. */
export abstract class ScriptReader {
  readonly source: string
  at = 0

  constructor(source: string) {
    this.source = source
  }

  /** Reads commands up to, and not over, the closing `)`, or the end of the text. */
  protected abstract substitution(): void
  /** Reads a whole text of its own, from between backquotes. */
  protected abstract nested(source: string): void

  fail(what: string): never {
    throw new ScriptError(`${what} at line ${this.source.slice(0, this.at).split('\n').length}`)
  }

  sees(text: string): boolean {
    return this.source.startsWith(text, this.at)
  }

  take(text: string): boolean {
    if (!this.sees(text)) return false
    this.at += text.length
    return true
  }

  expect(text: string): void {
    if (!this.take(text)) this.fail(`no ${JSON.stringify(text)} where one must be`)
  }

  /** Gives the match of a sticky pattern and steps over it. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.source)?.[0]
    this.at += found?.length ?? 0
    return found
  }

  /** Blanks, continued lines and a comment. */
  skipBlanks(): void {
    this.match(/(?:[ \t\r]|\\\n)*(?:#[^\n]*)?/y)
  }

  /** A word, or undefined where none begins. */
  word(): Word | undefined {
    const start = this.at
    const value = new WordValue()
    while (this.at < this.source.length) {
      const plain = this.match(/[^\s;&|()<>'"$`\\*?[~{]+/y)
      if (plain !== undefined) value.literal(plain)
      else if (/[\s;&|()<>]/.test(this.source.charAt(this.at))) break
      else this.#piece(value)
    }
    if (this.at === start) return undefined
    const source = this.source.slice(start, this.at)
    return { source, head: value.head, ...(value.dynamic ? {} : { text: value.head }) }
  }

  #piece(value: WordValue): void {
    const char = this.source.charAt(this.at++)
    if (char === '\\') {
      const next = this.source.charAt(this.at++)
      if (next !== '\n') value.literal(next)
    } else if (char === "'") {
      value.literal(this.match(/[^']*/y) ?? '')
      this.expect("'")
    } else if (char === '"') this.#doubleQuoted(value)
    else if (char === '$' || char === '`') this.#expansion(char, value, false)
    else if (char === '[' && !/^[^\s;&|()<>]*\]/.test(this.source.slice(this.at, this.at + 200))) value.literal(char)
    else if (char === '{' && !/^[^\s;&|()<>]*\}/.test(this.source.slice(this.at, this.at + 200))) value.literal(char)
    else if (char === '{' && this.take('}')) value.literal('{}')
    else value.unknown() // a pattern, a home folder, or bash's braces
  }

  #doubleQuoted(value: WordValue): void {
    while (!this.take('"')) {
      if (this.at >= this.source.length) this.fail('a double quote without its end')
      const char = this.source.charAt(this.at++)
      if (char === '$' || char === '`') this.#expansion(char, value, true)
      else if (char !== '\\') value.literal(char)
      else {
        const next = this.source.charAt(this.at++)
        if (next !== '\n') value.literal('$`"\\'.includes(next) ? next : `\\${next}`)
      }
    }
  }

  #expansion(char: string, value: WordValue, quoted: boolean): void {
    if (char === '`') {
      const text = this.match(/(?:[^`\\]|\\[\s\S])*/y) ?? ''
      this.expect('`')
      this.nested(text.replace(/\\([$`\\])/g, '$1'))
    } else if (this.take('((')) this.#arithmetic()
    else if (this.take('(')) {
      this.substitution()
      this.expect(')')
    } else if (this.take('{')) this.#parameter(quoted)
    else if (!quoted && /['"]/.test(this.source.charAt(this.at))) this.fail("$'...', which shells read differently,")
    else if (this.match(/[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]/y) === undefined) {
      value.literal('$')
      return
    }
    value.unknown()
  }

  #arithmetic(): void {
    for (let depth = 0; depth > 0 || !this.take('))'); ) {
      if (this.at >= this.source.length) this.fail('an arithmetic expansion without its end')
      const char = this.source.charAt(this.at++)
      if (char === '(') depth++
      else if (char === ')' && --depth < 0) this.fail('$((, which shells read differently,')
      else if (char === '$' || char === '`') this.#expansion(char, new WordValue(), true)
    }
  }

  #parameter(quoted: boolean): void {
    while (!this.take('}')) {
      if (this.at >= this.source.length) this.fail('a parameter expansion without its end')
      const char = this.source.charAt(this.at++)
      if (char === '\\') this.at++
      else if (char === "'" && !quoted) {
        this.match(/[^']*/y)
        this.expect("'")
      } else if (char === '"') this.#doubleQuoted(new WordValue())
      else if (char === '$' || char === '`') this.#expansion(char, new WordValue(), quoted)
    }
  }
}

class WordValue {
  head = ''
  dynamic = false

  literal(text: string): void {
    if (!this.dynamic) this.head += text
  }

  unknown(): void {
    this.dynamic = true
  }
}
