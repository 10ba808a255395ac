import type { Json } from '../../report/events.ts'

/** Numbers as Python writes them; a zero in front makes none. */
const number =
  /^(?:0[xX][\da-fA-F](?:_?[\da-fA-F])*|0[oO][0-7](?:_?[0-7])*|0[bB][01](?:_?[01])*|(?:(?:\d(?:_?\d)*)?\.\d(?:_?\d)*|\d(?:_?\d)*\.?)(?:[eE][-+]?\d(?:_?\d)*)?)/
const names: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['True', true],
  ['False', false],
  ['None', null],
])
const escapes: Readonly<Record<string, string>> = {
  ...{ n: '\n', t: '\t', r: '\r', '\\': '\\', "'": "'", '"': '"', a: '\x07', b: '\b', f: '\f', v: '\v', '\n': '' },
}

class NoLiteral extends Error {}

/** A value of an INI inventory: what it is as a literal of Python, else the text itself. Tuples and sets are lists. */
export function literal(text: string): Json {
  try {
    const reader = new Reader(text.replace(/^[ \t]+/, ''))
    const value = reader.expression()
    reader.end()
    return value
  } catch (error) {
    // Python's own reader gives up on what is nested too deeply, too.
    if (error instanceof NoLiteral || error instanceof RangeError) return text
    throw error
  }
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** With commas outside of brackets it is a tuple. */
  expression(): Json {
    const first = this.#value()
    this.#space()
    if (!this.#take(',')) return first
    const all = [first]
    while (!this.#ended()) {
      all.push(this.#value())
      this.#space()
      if (!this.#take(',')) break
    }
    return all
  }

  end(): void {
    this.#space()
    if (this.#take('#')) return
    if (!this.#ended()) throw new NoLiteral()
  }

  #ended(): boolean {
    this.#space()
    return this.#at >= this.#text.length || this.#text[this.#at] === '#'
  }

  #space(): void {
    while (/[ \t\n]/.test(this.#text[this.#at] ?? '')) this.#at += 1
  }

  #take(wanted: string): boolean {
    const found = this.#text.startsWith(wanted, this.#at)
    if (found) this.#at += wanted.length
    return found
  }

  #value(): Json {
    this.#space()
    if (this.#take('[')) return this.#list(']')
    if (this.#take('(')) return this.#inParentheses()
    if (this.#take('{')) return this.#inBraces()
    if (this.#take('-')) return -this.#number()
    if (this.#take('+')) return this.#number()
    const rest = this.#text.slice(this.#at)
    if (/^[uUrRbB]{0,2}['"]/.test(rest)) return this.#strings()
    const [name = ''] = /^[A-Za-z]+/.exec(rest) ?? []
    const known = names.get(name)
    if (known === undefined) return this.#number()
    this.#at += name.length
    return known
  }

  #number(): number {
    this.#space()
    const [text = ''] = number.exec(this.#text.slice(this.#at)) ?? []
    const after = this.#text[this.#at + text.length] ?? ''
    if (text === '' || /^0\d*[1-9]\d*$/.test(text.replaceAll('_', '')) || /[\w.]/.test(after)) throw new NoLiteral()
    this.#at += text.length
    return Number(text.replaceAll('_', ''))
  }

  #list(close: string): Json[] {
    const all: Json[] = []
    for (;;) {
      this.#space()
      if (this.#take(close)) return all
      all.push(this.#value())
      this.#space()
      if (!this.#take(',') && !this.#text.startsWith(close, this.#at)) throw new NoLiteral()
    }
  }

  #inParentheses(): Json {
    const from = this.#at
    const all = this.#list(')')
    const isTuple = all.length !== 1 || /,\s*\)$/.test(this.#text.slice(from, this.#at))
    return isTuple ? all : (all[0] as Json)
  }

  #inBraces(): Json {
    const pairs: [string, Json][] = []
    const set: Json[] = []
    for (;;) {
      this.#space()
      if (this.#take('}')) break
      const first = this.#value()
      this.#space()
      if (this.#take(':')) pairs.push([String(first), this.#value()])
      else set.push(first)
      this.#space()
      if (!this.#take(',') && this.#text[this.#at] !== '}') throw new NoLiteral()
    }
    if (set.length > 0 && pairs.length > 0) throw new NoLiteral()
    return set.length > 0 ? set : Object.fromEntries(pairs)
  }

  /** Those that follow each other are one. */
  #strings(): string {
    let all = ''
    for (;;) {
      const [, prefix, quote] = /^([uUrR]?)('''|"""|'|")/.exec(this.#text.slice(this.#at)) ?? []
      if (quote === undefined || prefix === undefined) return all
      this.#at += prefix.length + quote.length
      all += this.#string(quote, /r/i.test(prefix))
      this.#space()
    }
  }

  #string(quote: string, raw: boolean): string {
    let text = ''
    for (;;) {
      if (this.#take(quote)) return text
      const letter = this.#text[this.#at++]
      if (letter === undefined || (letter === '\n' && quote.length === 1)) throw new NoLiteral()
      if (letter !== '\\') text += letter
      else text += raw ? `\\${this.#text[this.#at++] ?? ''}` : this.#escape()
    }
  }

  #escape(): string {
    const [whole = '', hex, octal] =
      /^(?:(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))|([0-7]{1,3})|[\s\S])/.exec(
        this.#text.slice(this.#at),
      ) ?? []
    if (whole === '' || /^[xuUN]$/.test(whole)) throw new NoLiteral()
    this.#at += whole.length
    if (/^[xuU]./.test(whole)) return String.fromCodePoint(Number.parseInt(whole.slice(1), 16))
    if (/^[0-7]/.test(whole)) return String.fromCharCode(Number.parseInt(whole, 8))
    return escapes[whole] ?? `\\${whole}${hex ?? ''}${octal ?? ''}`
  }
}
