import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { Lexer } from 'yaml'
import { anyCharacter } from '../shell/testing/any-character.ts'
import { parseInventory } from './parse.ts'
import { InventoryError } from './problems.ts'

const roleVars = { base: { swap: false, servers: ['pool.example'] } }
const parse = (text: string) => parseInventory('lab.yaml', text, { roleVars })

/** Undefined when the text was taken; anything but an inventory's own error is thrown on. */
function refusal(text: string): InventoryError | undefined {
  try {
    parse(text)
    return undefined
  } catch (error) {
    if (error instanceof InventoryError) return error
    throw error
  }
}

const bomb = (levels: number) =>
  Array.from(
    { length: levels },
    (_, i) =>
      `a${i}: &a${i} [${Array(10)
        .fill(i === 0 ? 'x' : `*a${i - 1}`)
        .join(', ')}]`,
  ).join('\n')

describe('a hostile inventory', () => {
  it.each([
    ['an alias bomb', bomb(7)],
    ['a long alias bomb', bomb(100)],
    ['a million aliases', `a: &a x\nb: [${Array(20_000).fill('*a').join(',')}]`],
    ['an alias of itself', 'a: &a [*a]'],
    ['an alias of nothing', 'a: *nowhere'],
    ['ten thousand brackets', '['.repeat(10_000)],
    ['a deep map', Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['a huge file', '#'.repeat(10_000_000)],
    ['two documents', 'lab: a\n---\nlab: b\n'],
    ['an old version', '%YAML 1.1\n---\nlab: yes\n'],
    ['bytes that are no text', '\0\u{1}\u{fffe}'],
  ])('is refused at once: %s', (_, text) => {
    const { error, tokens, characters } = counted(() => refusal(text))
    expect(error?.failure.place).toMatch(/^lab\.yaml:\d+:\d+$/)
    expect(tokens).toBeLessThan(10_000)
    expect(characters).toBeLessThan(200_000)
  })

  // INVENTORY_MUTATIONS=10000 for the long proof.
  it('never gets past the checks: mutated inventories', async () => {
    const whole = await readFile(new URL('../../inventory/static.yaml', import.meta.url), 'utf8')
    const seed = `${whole}vars:\n  base: { swap: true, servers: [a.example, "b"] }\n`
    expect(refusal(seed)).toBeUndefined()
    const lines = seed.split('\n')
    const tokens = [
      '*a',
      '&a ',
      '!!set ',
      '{',
      '}',
      '[',
      ']',
      ': ',
      '- ',
      '\n',
      '\t',
      '"',
      "'",
      '|',
      '>',
      '#',
      '? ',
      '<<: ',
      '%',
      '~',
      '.inf',
      '\u{0}',
      '🦫',
      'null',
    ]
    const line = fc.nat(lines.length - 1)
    const mutation = fc.oneof(
      fc.tuple(line, line).map(
        ([a, b]) =>
          (all: string[]) =>
            all.splice(a, 1, ...all.slice(b, b + 2)),
      ),
      line.map(a => (all: string[]) => all.splice(a, 1)),
      fc.tuple(line, fc.nat(60), fc.constantFrom(...tokens)).map(([a, column, token]) => (all: string[]) => {
        const old = all[a] ?? ''
        all[a] = old.slice(0, column) + token + old.slice(column)
      }),
      fc
        .tuple(line, fc.nat(60), fc.nat(8), fc.string({ maxLength: 5, unit: anyCharacter }))
        .map(([a, column, cut, text]) => (all: string[]) => {
          const old = all[a] ?? ''
          all[a] = old.slice(0, column) + text + old.slice(column + cut)
        }),
    )
    let refused = 0
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), mutations => {
        const mutated = [...lines]
        for (const mutate of mutations) mutate(mutated)
        const error = refusal(mutated.join('\n'))
        if (error === undefined) return
        refused += 1
        for (const problem of error.problems) {
          expect(problem.place).toMatch(/^lab\.yaml:[1-9]\d*:[1-9]\d*$/)
          expect(problem.message).not.toMatch(/undefined|\[object|Invalid input/)
        }
      }),
      { numRuns: Number(process.env.INVENTORY_MUTATIONS ?? 500) },
    )
    expect(refused).toBeGreaterThan(125)
  }, 300_000)
})

/** How much of it was read, whoever read it: what costs time is what is done for each token. */
function counted(act: () => InventoryError | undefined) {
  let [tokens, characters] = [0, 0]
  const lex = Lexer.prototype.lex
  const spy = vi.spyOn(Lexer.prototype, 'lex').mockImplementation(function* (this: Lexer, ...args) {
    for (const token of lex.apply(this, args)) {
      tokens++
      characters += token.length
      yield token
    }
  })
  try {
    return { error: act(), tokens, characters }
  } finally {
    spy.mockRestore()
  }
}
