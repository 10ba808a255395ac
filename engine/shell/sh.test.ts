import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { Secret } from './secret.ts'
import { raw, sh } from './sh.ts'

const run = (script: string): string => execFileSync('sh', ['-c', script], { encoding: 'utf8' })

describe('sh', () => {
  test('a value is one word, an array many, an empty one none', () => {
    const list = ['a b', "it's", '']
    expect(run(sh`printf '<%s>\n' ${'x; id'} ${list} ${[]} ${7}`)).toBe("<x; id>\n<a b>\n<it's>\n<>\n<7>\n")
  })

  test('the text stands as written', () => {
    expect(run(sh`unset none; printf '%s\t' "\${none:-gone}" \`echo ${'a  b'}\``)).toBe('gone\ta\tb\t')
  })

  test('a trusted fragment is not quoted', () => {
    expect(run(sh`${raw(sh`echo ${'a  b'}`)} | wc -c`).trim()).toBe('5')
  })

  test('a value may stand in a command substitution within double quotes', () => {
    expect(run(sh`echo "<$(printf %s ${"a ' b"})>"`)).toBe("<a ' b>\n")
  })

  test('an apostrophe in a comment opens no quotes', () => {
    expect(
      run(sh`true # it's nothing
      echo ${'a  b'}`),
    ).toBe('a  b\n')
  })

  const value = 'a'
  const refused: Record<string, () => string> = {
    'in double quotes': () => sh`echo "${value}"`,
    'in single quotes': () => sh`echo '${value}'`,
    'in a quoted default': () => sh`echo "\${x:-${value}}"`,
    'in a comment': () => sh`true # ${value}`,
    'glued to a redirection': () => sh`echo ${2}>&1`,
    'not finite': () => sh`echo ${Number.NaN}`,
    'with NUL': () => sh`echo ${'a\0b'}`,
    'a secret': () => sh`echo ${new Secret('x') as unknown as string}`,
    undefined: () => sh`echo ${undefined as unknown as string}`,
  }
  for (const [name, write] of Object.entries(refused)) {
    test(`refuses a value ${name}`, () => {
      expect(write).toThrow(TypeError)
    })
  }
})
