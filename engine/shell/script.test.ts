import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { parseScript, ScriptError } from './script.ts'

const heads = (source: string): readonly (string | undefined)[] =>
  parseScript(source).commands.flatMap(({ words }) => (words[0] ? [words[0].text] : []))

const accepted: Record<string, [source: string, heads: readonly string[]]> = {
  lists: ['a; b && c || d\ne | f |\n g', ['a', 'b', 'c', 'd', 'e', 'f', 'g']],
  conditions: ['if a; then b; elif c; then d; else e; fi >/dev/null', ['a', 'b', 'c', 'd', 'e']],
  loops: [
    'while a; do b; done; until c\ndo d\ndone\nfor x in 1 $(e); do f; done; for y do g; done',
    ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
  ],
  cases: ['case $(a) in x|y) b ;; (z) c; d ;; *) e\nesac; f', ['a', 'b', 'c', 'd', 'e', 'f']],
  groups: ['( a; (b) ); { c; }; ! d', ['a', 'b', 'c', 'd']],
  functions: ['f() { a; }; g () ( b )\nf', ['a', 'b', 'f']],
  substitutions: [
    `x=$(a "$(b \`c \\\`d\\\`\`)") y="\`e\`" f "\${z:-$(g)}" $(( $(h) + (1) ))`,
    ['d', 'c', 'b', 'a', 'e', 'g', 'h', 'f'],
  ],
  quoting: [`'a' "b c" \\; ; "d"'e'\\f; a\\\nb`, ['a', 'def', 'ab']],
  comments: ["a # it's b\n#c\nd#e", ['a', 'd#e']],
  'reserved words as arguments': ['echo if then done }; a{ b}', ['echo', 'a{']],
  redirections: ['a >x 2>&1 <y; <z b; while c; do d; done <w', ['a', 'b', 'c', 'd']],
}

describe('parseScript finds every command of', () => {
  for (const [name, [source, expected]] of Object.entries(accepted)) {
    test(name, () => {
      expect(spawnSync('dash', ['-n'], { input: source, encoding: 'utf8' }).stderr).toBe('')
      expect([...heads(source)].sort()).toEqual([...expected].sort())
    })
  }

  test('a word whose value is not known until it runs', () => {
    for (const word of ['$x', '"$x"', 'a$(b)', '`b`', '*', 'a?', '[a]b', '~', '{a,b}', '$1', `\${x}`])
      expect(parseScript(word).commands.at(-1)?.words[0]).not.toHaveProperty('text')
    expect(parseScript('a"$x"b').commands[0]?.words[0]?.head).toBe('a')
    expect(heads('[ a ]; \\$x; "a*"')).toEqual(['[', '$x', 'a*'])
  })
})

test.each([
  'a "b',
  "a 'b",
  'a $(b',
  'a `b',
  `a \${b`,
  'if a; then b',
  'a; done',
  'a )',
  '( a',
  'case a in',
  'x=(a b)',
  'a <<E\nE',
  "a $'b'",
  'a $"b"',
  '| a',
  'a >',
  '; ;',
  'for 1 in a; do b; done',
  'a <(b)',
  '$(( (1 ',
  'f() ',
  '{ a }',
])('refuses %j', source => {
  expect(() => parseScript(source)).toThrow(ScriptError)
})
