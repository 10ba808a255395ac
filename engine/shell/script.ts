import { ScriptReader, type Word } from './script-reader.ts'

export { ScriptError, type Word } from './script-reader.ts'

export interface Redirect {
  /** `>`, `>>`, `<`, `>&` ... */
  readonly operator: string
  readonly target: Word
}

/** A command as it stands, wherever it stands: in a loop, a function, a substitution within a word. */
export interface SimpleCommand {
  readonly assignments: readonly { readonly name: string; readonly value: Word }[]
  readonly words: readonly Word[]
  /** Those of compound commands come as a command without words. */
  readonly redirects: readonly Redirect[]
}

export interface Script {
  readonly commands: readonly SimpleCommand[]
  readonly functions: ReadonlySet<string>
  /** Holds a `&`: something runs on when the script has ended. */
  readonly background: boolean
}

/** Every command that a POSIX script could run, in no particular order. Throws `ScriptError` on what it cannot read. */
export function parseScript(source: string): Script {
  const found = { commands: [], functions: new Set<string>(), background: false }
  new ScriptParser(source, found).whole()
  return found
}

interface Findings {
  readonly commands: SimpleCommand[]
  readonly functions: Set<string>
  background: boolean
}

const closers = new Set(['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', '}'])
const name = /[A-Za-z_][A-Za-z0-9_]*/y
const noWord: Word = { source: '', text: '', head: '' }

class ScriptParser extends ScriptReader {
  readonly #found: Findings

  constructor(source: string, found: Findings) {
    super(source)
    this.#found = found
  }

  whole(): void {
    this.#list()
    if (this.at < this.source.length)
      this.fail(`an unexpected ${JSON.stringify(this.source.slice(this.at, this.at + 10))}`)
  }

  protected substitution(): void {
    this.#list()
  }

  protected nested(source: string): void {
    new ScriptParser(source, this.#found).whole()
  }

  /** Commands up to a word or sign that closes what they stand in. */
  #list(): void {
    for (;;) {
      this.#skipLines()
      if (this.#atEnd() || closers.has(this.#peekWord())) return
      this.#pipeline()
      this.skipBlanks()
      if (this.#atEnd()) return
      if (this.take('&&') || this.take('||') || this.take(';') || this.take('\n')) continue
      if (!this.take('&')) this.fail('commands that nothing parts')
      this.#found.background = true
    }
  }

  #atEnd(): boolean {
    return this.at >= this.source.length || this.sees(')') || this.sees(';;')
  }

  #skipLines(): void {
    do this.skipBlanks()
    while (this.take('\n'))
  }

  /** The bare word ahead, which is reserved only when nothing in it is quoted. */
  #peekWord(): string {
    return /^[a-z!{}]+(?![^\s;&|()<>])/.exec(this.source.slice(this.at, this.at + 8))?.[0] ?? ''
  }

  #takeWord(word: string): boolean {
    this.skipBlanks()
    return this.#peekWord() === word && this.take(word)
  }

  #needWord(word: string): void {
    this.#skipLines()
    if (!this.#takeWord(word)) this.fail(`no ${word} where one must be`)
  }

  #pipeline(): void {
    this.#takeWord('!')
    do {
      this.#skipLines()
      this.#command()
      this.skipBlanks()
    } while (!this.sees('||') && this.take('|'))
  }

  #command(): void {
    if (this.take('(')) {
      this.#list()
      this.expect(')')
    } else if (this.#takeWord('{')) {
      this.#list()
      this.#needWord('}')
    } else if (this.#takeWord('if')) this.#if()
    else if (this.#takeWord('while') || this.#takeWord('until')) {
      this.#list()
      this.#body()
    } else if (this.#takeWord('for')) this.#for()
    else if (this.#takeWord('case')) this.#case()
    else {
      this.#simple()
      return
    }
    const redirects = this.#redirects()
    if (redirects.length > 0) this.#found.commands.push({ assignments: [], words: [], redirects })
  }

  #if(): void {
    do {
      this.#list()
      this.#needWord('then')
      this.#list()
    } while (this.#takeWord('elif'))
    if (this.#takeWord('else')) this.#list()
    this.#needWord('fi')
  }

  #body(): void {
    this.#needWord('do')
    this.#list()
    this.#needWord('done')
  }

  #for(): void {
    this.skipBlanks()
    const variable = this.match(name) ?? this.fail('a for without a variable')
    this.#found.commands.push({ assignments: [{ name: variable, value: noWord }], words: [], redirects: [] })
    this.#skipLines()
    if (this.#takeWord('in')) while (this.#nextWord());
    this.skipBlanks()
    this.take(';')
    this.#body()
  }

  #case(): void {
    this.#nextWord() ?? this.fail('a case without a word')
    this.#needWord('in')
    for (this.#skipLines(); !this.#takeWord('esac'); this.#skipLines()) {
      this.take('(')
      do if (!this.#nextWord()) this.fail('a case without a pattern')
      while (this.#takeSign('|'))
      this.expect(')')
      this.#list()
      this.take(';;')
    }
  }

  #takeSign(sign: string): boolean {
    this.skipBlanks()
    return this.take(sign)
  }

  #nextWord(): Word | undefined {
    this.skipBlanks()
    return this.word()
  }

  #simple(): void {
    const assignments: { name: string; value: Word }[] = []
    const words: Word[] = []
    const redirects: Redirect[] = []
    for (;;) {
      redirects.push(...this.#redirects())
      const assigned = words.length === 0 ? this.match(/[A-Za-z_][A-Za-z0-9_]*=/y) : undefined
      if (assigned !== undefined) {
        assignments.push({ name: assigned.slice(0, -1), value: this.word() ?? noWord })
        continue
      }
      const word = this.word()
      if (!word) break
      words.push(word)
      if (words.length > 1 || this.match(/[ \t]*\([ \t]*\)/y) === undefined) continue
      this.#function(word)
      return
    }
    if (words.length + assignments.length + redirects.length === 0) this.fail('no command where one must be')
    this.#found.commands.push({ assignments, words, redirects })
  }

  #function({ text }: Word): void {
    if (text === undefined || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) this.fail('a function without a plain name')
    this.#found.functions.add(text)
    this.#skipLines()
    this.#command()
  }

  #redirects(): readonly Redirect[] {
    const redirects: Redirect[] = []
    for (;;) {
      this.skipBlanks()
      const operator = this.match(/[0-9]*(?:<<-?|<&|<>|>>|>&|>\||<|>)/y)?.replace(/^[0-9]+/, '')
      if (operator === undefined) return redirects
      if (operator.startsWith('<<')) this.fail('a here-document')
      redirects.push({ operator, target: this.#nextWord() ?? this.fail(`a ${operator} without a target`) })
    }
  }
}
