import { isMap, isScalar, LineCounter, type Node, parseDocument, type ScalarTag, type Tags, type YAMLMap } from 'yaml'
import type { Json } from '../../report/events.ts'
import { ansibleError } from './failure.ts'
import type { AnsibleVars } from './model.ts'

const MAX_ALIASES = 1000
/** What a value is that only Ansible's vault can open. */
class Vaulted {}

/** A number has an exponent only where it has a point, and a sign behind the `e`, as for Python's reader. */
const asForPython = (tag: Tags[number]): Tags[number] =>
  typeof tag === 'object' && 'format' in tag && tag.format === 'EXP'
    ? ({ ...tag, test: /^[-+]?\d[\d_]*\.[\d_]*[eE][-+]\d+$/ } as ScalarTag)
    : tag

const vaulted = { resolve: () => new Vaulted() } as const
const customTags = (known: Tags): Tags => [
  ...known.map(asForPython),
  { tag: '!vault', ...vaulted },
  { tag: '!vault-encrypted', ...vaulted },
  { tag: '!unsafe', resolve: (text: string) => text },
]

const tooDeep = (file: string) => ansibleError(`${file}:1:1`, 'nested too deeply to be read')

/** A file of YAML as Ansible reads it, version 1.1 with merge keys, that knows where everything stands. */
export class AnsibleYaml {
  readonly file: string
  readonly root: Node | null
  readonly #lines = new LineCounter()
  readonly #document: ReturnType<typeof parseDocument>

  constructor(file: string, text: string) {
    this.file = file
    const asIs = {
      lineCounter: this.#lines,
      prettyErrors: false,
      version: '1.1',
      customTags,
      logLevel: 'error',
    } as const
    try {
      this.#document = parseDocument(text, asIs)
    } catch {
      throw tooDeep(file) // the parser recurses
    }
    const [first] = this.#document.errors
    if (first && /call stack/.test(first.message)) throw tooDeep(file)
    if (first) throw ansibleError(this.#at(first.pos[0]), first.message, 'Check indentation, colons and quotes there.')
    this.root = this.#document.contents as Node | null
  }

  placeOf(node: unknown): string {
    return this.#at((node as Node | null)?.range?.[0] ?? 0)
  }

  /** Name, place and value of what a map holds; nothing where there is no map. Throws for what is neither. */
  entries(node: unknown, what: string): readonly { name: string; place: string; value: Node | null }[] {
    const found = this.#resolved(node)
    if (found === null || (isScalar(found) && found.value === null)) return []
    // A name alone stands for a map with nothing in it.
    if (isScalar(found) && typeof found.value === 'string')
      return [{ name: found.value, place: this.placeOf(found), value: null }]
    if (!isMap(found)) throw ansibleError(this.placeOf(found), `expected ${what}`)
    return this.#pairs(found)
  }

  isMapping(node: Node | null): boolean {
    const found = this.#resolved(node)
    return (
      found === null || isMap(found) || (isScalar(found) && (found.value === null || typeof found.value === 'string'))
    )
  }

  /** Values of a map of variables. */
  vars(node: unknown, into: AnsibleVars): void {
    for (const { name, place, value } of this.entries(node, 'variables, `name: value`')) {
      const plain = this.#plain(value)
      into.set(name, { place, value: plain.value, ...(plain.vaulted ? { vaulted: true } : {}) })
    }
  }

  #plain(node: Node | null): { value: Json; vaulted: boolean } {
    let vaulted = false
    const value = this.#valueOf(node)
    const open = (part: unknown): Json => {
      if (part instanceof Vaulted) {
        vaulted = true
        return null
      }
      if (part instanceof Date) return part.toISOString().replace(/T00:00:00.000Z$/, '')
      if (part instanceof Map) return Object.fromEntries([...part].map(([key, item]) => [String(key), open(item)]))
      if (part instanceof Set || Array.isArray(part)) return [...part].map(open)
      if (typeof part === 'bigint') return Number(part)
      if (part === null || typeof part !== 'object') return (part ?? null) as Json
      return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, open(item)]))
    }
    return { value: open(value), vaulted }
  }

  #valueOf(node: Node | null): unknown {
    try {
      return node === null ? null : node.toJS(this.#document, { maxAliasCount: MAX_ALIASES })
    } catch {
      throw ansibleError(this.placeOf(node), 'its aliases unfold to too much, or to nothing')
    }
  }

  #resolved(node: unknown): unknown {
    const alias = node as { resolve?: (document: unknown) => unknown } | null
    return typeof alias?.resolve === 'function' ? alias.resolve(this.#document) : (node ?? null)
  }

  /** With what `<<` brings along, which what stands here itself wins over. */
  #pairs(map: YAMLMap): readonly { name: string; place: string; value: Node | null }[] {
    const found = new Map<string, { name: string; place: string; value: Node | null }>()
    const add = (from: YAMLMap, own: boolean): void => {
      for (const { key, value } of from.items) {
        const name = isScalar(key) ? String(key.value) : ''
        if (isScalar(key) && (name === '<<' || typeof key.value === 'symbol')) {
          const merged = this.#resolved(value)
          for (const one of (merged as { items?: unknown[] } | null)?.items && !isMap(merged)
            ? (merged as { items: unknown[] }).items
            : [merged]) {
            const source = this.#resolved(one)
            if (isMap(source)) add(source, false)
          }
        } else if (name === '') throw ansibleError(this.placeOf(key), 'a key must be a name')
        else if (own || !found.has(name))
          found.set(name, { name, place: this.placeOf(key), value: value as Node | null })
      }
    }
    add(map, true)
    return [...found.values()]
  }

  #at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset)
    return `${this.file}:${Math.max(1, line)}:${Math.max(1, col)}`
  }
}
