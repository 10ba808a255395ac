import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml'
import type { Json } from '../report/events.ts'
import { InventoryError, type Problem } from './problems.ts'

export type Path = readonly (string | number)[]

const MAX_CHARACTERS = 64 * 1024
const MAX_ALIASES = 100
const MAX_DEPTH = 40
// The lexer's mark in front of text, which may begin with an asterisk of its own.
const SCALAR_FOLLOWS = '\x1f'
// Tab and newline are text; the rest of C0 and DEL would reach terminals, templates and shells.
const controlCharacter = /[\0-\x08\x0b-\x1f\x7f]/

const secondDocument = { message: 'a second document begins here', hint: 'remove the line ---: an inventory is one' }

/**
 * One YAML file of plain JSON values that remembers where each of them stands. Problems are gathered, so that a person
 * sees all of them at once.
 */
export class InventoryDocument {
  readonly file: string
  readonly value: Json
  readonly #document: Document
  readonly #lines: LineCounter
  readonly #problems: Problem[] = []

  /** Throws `InventoryError` when the text is not YAML, or is YAML that nobody should read. */
  constructor(file: string, text: string) {
    this.file = file
    this.#lines = new LineCounter()
    if (text.length > MAX_CHARACTERS) throw this.#whole(`larger than ${MAX_CHARACTERS / 1024} KiB, no inventory is`)
    try {
      this.#refuseBombs(text)
      const asIs = { lineCounter: this.#lines, prettyErrors: false, version: '1.2', uniqueKeys: false } as const
      this.#document = parseDocument(text, asIs)
      this.#refuseBadSyntax()
      this.#refuseOddNodes()
      this.#gatherTwins()
      this.value = this.#document.toJS({ maxAliasCount: MAX_ALIASES }) as Json
    } catch (error) {
      if (error instanceof InventoryError) throw error
      // The parser recurses, and counts what aliases unfold to: both refusals arrive as exceptions.
      if (!(error instanceof ReferenceError)) throw this.#whole('nested too deeply to be read')
      const bomb = error.message.startsWith('Excessive')
      throw this.#whole(bomb ? 'its aliases unfold to too much' : error.message)
    }
  }

  /** What is wrong at `path`, told once; `on: 'key'` points at the name rather than at its value. */
  problem(path: Path, message: string, hint?: string, on: 'key' | 'value' = 'value'): void {
    const place = this.placeOf(path, on)
    if (this.#problems.some(known => known.place === place && known.message === message)) return
    this.#problems.push({ place, path: path.map(shown).join('.'), message, ...(hint === undefined ? {} : { hint }) })
  }

  /** Whether nothing is wrong at the paths that fit, `.` between their parts. */
  soundAt(paths: RegExp): boolean {
    return !this.#problems.some(({ path }) => paths.test(path))
  }

  /** Tells of a path whether nothing has been wrong until now with what stands there, or within it. */
  soundness(): (path: Path) => boolean {
    const odd = this.#problems.map(({ path }) => path)
    return path => {
      const at = path.map(shown).join('.')
      return !odd.some(one => one === at || one.startsWith(`${at}.`))
    }
  }

  throwIfAny(): void {
    if (this.#problems.length > 0) throw new InventoryError(this.file, this.#problems)
  }

  /** `file:line:col` of what stands at `path`, or of the nearest thing around it. */
  placeOf(path: Path, on: 'key' | 'value' = 'value'): string {
    let node = this.#document.contents as Node | null
    let offset = node?.range?.[0] ?? 0
    for (const [depth, step] of path.entries()) {
      if (isAlias(node)) node = node.resolve(this.#document) ?? null
      if (isMap(node)) {
        // Of two of the same name, the one whose value counts.
        const pair = node.items.findLast(item => isScalar(item.key) && String(item.key.value) === String(step))
        if (pair === undefined) break
        const wantsKey = on === 'key' && depth === path.length - 1
        node = pair.value as Node | null
        const shown = wantsKey || node?.range == null ? (pair.key as Node) : node
        offset = shown.range?.[0] ?? offset
      } else if (isSeq(node)) {
        node = (node.items[Number(step)] ?? null) as Node | null
        offset = node?.range?.[0] ?? offset
      } else break
    }
    return this.#at(offset)
  }

  #at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset)
    return `${this.file}:${Math.max(1, line)}:${Math.max(1, col)}`
  }

  #whole(message: string): InventoryError {
    return new InventoryError(this.file, [{ place: `${this.file}:1:1`, path: '', message }])
  }

  /** Before parsing, for composing either of these takes longer than a person should wait for a refusal. */
  #refuseBombs(text: string): void {
    let [aliases, brackets, before] = [0, 0, '']
    for (const token of new Lexer().lex(text)) {
      if (before !== SCALAR_FOLLOWS) {
        if (token.startsWith('*')) aliases += 1
        else if (token === '[' || token === '{') brackets += 1
        else if (token === ']' || token === '}') brackets -= 1
      }
      if (aliases > MAX_ALIASES) throw this.#whole(`has more than ${MAX_ALIASES} aliases`)
      if (brackets > MAX_DEPTH) throw this.#whole(`is nested more than ${MAX_DEPTH} levels deep`)
      before = token
    }
  }

  #refuseBadSyntax(): void {
    const version = this.#document.directives?.yaml
    if (version?.explicit && version.version !== '1.2') throw this.#whole(`is YAML ${version.version}, not 1.2`)
    const lost = new Set<number>()
    for (const { code, message, pos } of [...this.#document.errors, ...this.#document.warnings]) {
      // One slip often gives the parser several reasons to stumble in the same line: the first is the nearest to it.
      const { line } = this.#lines.linePos(pos[0])
      if (lost.has(line)) continue
      lost.add(line)
      const hint = 'check indentation, colons and quotes here'
      const told = code === 'MULTIPLE_DOCS' ? secondDocument : { message, hint }
      this.#problems.push({ place: this.#at(pos[0]), path: '', ...told })
    }
    this.throwIfAny()
  }

  #refuseOddNodes(): void {
    visit(this.#document, {
      Collection: (_, node, parents) => {
        if (parents.length / 2 <= MAX_DEPTH) return undefined
        this.#odd(node, 'nested too deeply', `no inventory needs more than ${MAX_DEPTH} levels`)
        return visit.BREAK
      },
      Pair: (_, { key }) => {
        if (isScalar(key) && typeof key.value === 'string' && key.value !== '__proto__') return
        this.#odd(key as Node | null, 'a key must be a name', 'quote it if it is meant to be text')
      },
      Scalar: (_, node) => {
        const { value } = node
        if (typeof value === 'number' && !Number.isFinite(value)) this.#odd(node, 'not a finite number')
        if (typeof value === 'string' && controlCharacter.test(value)) this.#odd(node, 'holds a control character')
      },
    })
    this.throwIfAny()
  }

  /** Names that one map holds twice. The last of them counts, so that all the rest can be looked at. */
  #gatherTwins(): void {
    visit(this.#document, {
      Map: (_, map, parents) => {
        const lines = new Map<string, number>()
        for (const key of map.items.map(item => item.key as Scalar<string>)) {
          const offset = key.range?.[0] ?? 0
          const before = lines.get(key.value)
          lines.set(key.value, this.#lines.linePos(offset).line)
          if (before === undefined) continue
          const path = [...pathOf([...parents, map]), key.value].map(shown).join('.')
          const message = `is there already, in line ${before}`
          this.#problems.push({ place: this.#at(offset), path, message, hint: 'rename or remove one of the two' })
        }
      },
    })
  }

  #odd(node: Node | null, message: string, hint = 'write plain text, a number, true or false'): void {
    this.#problems.push({ place: this.#at(node?.range?.[0] ?? 0), path: '', message, hint })
  }
}

/** The steps that lead down to the last of `nodes`, each of which holds the next. */
const pathOf = (nodes: readonly unknown[]): Path =>
  nodes.flatMap((node, i): Path => {
    if (isPair(node)) return [String((node.key as Scalar).value)]
    return isSeq(node) ? [node.items.indexOf(nodes[i + 1])] : []
  })

const plainStep = /^[^.:\s[\]"]*(\[\d+:\d+\][^.:\s[\]"]*)?$/
/** A step of a path, in quotes where its end could not be told from what follows. */
const shown = (step: string | number): string => (plainStep.test(`${step}`) ? `${step}` : JSON.stringify(step))
