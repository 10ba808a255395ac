type Context = 'command' | 'single' | 'double' | 'parameter' | 'backquote' | 'comment'

/**
 * Follows shell text as it grows and tells whether its end is inside quotes. A command substitution inside double
 * quotes starts afresh, so `"$(cat ` is not quoted. Knows no here-documents.
 */
export class QuoteState {
  readonly #stack: Context[] = ['command']
  #previous = ' '

  get quoted(): boolean {
    const context = this.#stack.at(-1)
    if (context === 'parameter') return this.#stack.includes('double')
    return context === 'single' || context === 'double' || context === 'comment'
  }

  read(text: string): void {
    for (let at = 0; at < text.length; at++) {
      const pair = text.slice(at, at + 2)
      const taken = this.#step(text.charAt(at), pair)
      at += taken - 1
      this.#previous = text.charAt(at)
    }
  }

  /** How many characters were read. */
  #step(char: string, pair: string): number {
    const context = this.#stack.at(-1)
    if (context === 'single') return this.#endAt("'", char)
    if (context === 'comment') return this.#endAt('\n', char)
    if (char === '\\') return pair.length
    if (pair === '$(') return this.#push('command', 2)
    if (pair === '${') return this.#push('parameter', 2)
    if (char === '`') return context === 'backquote' ? this.#endAt('`', char) : this.#push('backquote', 1)
    if (context === 'double') return char === '"' ? this.#endAt('"', char) : 1
    if (context === 'parameter' && char === '}') return this.#endAt('}', char)
    if (char === '"') return this.#push('double', 1)
    if (char === "'" && !this.quoted) return this.#push('single', 1)
    if (char === '#' && context !== 'parameter' && /[\s;&|()]/.test(this.#previous)) return this.#push('comment', 1)
    if (context === 'command' && char === '(') return this.#push('command', 1)
    if (context === 'command' && char === ')' && this.#stack.length > 1) return this.#endAt(')', char)
    return 1
  }

  #push(context: Context, taken: number): number {
    this.#stack.push(context)
    return taken
  }

  #endAt(end: string, char: string): number {
    if (char === end) this.#stack.pop()
    return 1
  }
}
