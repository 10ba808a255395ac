import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quote } from './quote.ts'
import { anyCharacter } from './testing/any-character.ts'

const shells = ['dash', 'bash']

/** Shell syntax first, for that is where quoting goes wrong, then anything that UTF-8 can write. */
const piece = fc.oneof(
  fc.constantFrom(...`'"\\$\`!*?[]{}()<>|&;#~=%^\n\r\t -`, "'\\''", '$(id)', "';echo INJECTED;#", '\u001b[31m', '\x7f'),
  fc.string({ unit: anyCharacter, maxLength: 8 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
)
const anything = fc.array(piece, { maxLength: 6 }).map(pieces => pieces.join('').replaceAll('\0', ''))

/** One process reads a thousand words, or twenty for each shell within it, and gives each back with NUL behind it. */
function readBack(shell: string, words: readonly string[], levels = 0): Buffer {
  const groups = Array.from({ length: Math.ceil(words.length / 20) }, (_, at) => words.slice(at * 20, at * 20 + 20))
  const lines = groups.map(group => {
    let line = `printf '%s\\0' ${group.map(quote).join(' ')}`
    for (let level = 0; level < levels; level++) line = `${shell} -c ${quote(line)}`
    return line
  })
  const done = spawnSync(shell, ['-s'], {
    input: lines.join('\n'),
    maxBuffer: 1 << 28,
    env: { PATH: process.env.PATH },
  })
  expect(done.stderr.toString()).toBe('')
  return done.stdout
}

const whole = (words: readonly string[]): Buffer => Buffer.from(words.map(word => `${word}\0`).join(''))

/** Made once: to think of them takes longer than to read them. */
const words = fc.sample(anything, 10_000)

describe.each(shells)('%s reads back', shell => {
  test('10,000 arbitrary strings', () => {
    for (let at = 0; at < words.length; at += 1000) {
      const batch = words.slice(at, at + 1000)
      const got = readBack(shell, batch)
      if (got.equals(whole(batch))) continue
      const read = got.toString().split('\0')
      expect.fail(`${JSON.stringify(batch.find((word, index) => read[index] !== word))} was read as another`)
    }
  })

  test('500 strings through two more shells, as behind sudo', () => {
    const some = words.slice(0, 500)
    expect(readBack(shell, some, 2).equals(whole(some))).toBe(true)
  })

  test('every byte but NUL', () => {
    const bytes = Array.from({ length: 255 }, (_, index) => index + 1)
    // Latin-1 stands for raw bytes: quoting only ever adds ASCII around them.
    const script = Buffer.from(bytes.map(byte => `printf %s ${quote(String.fromCharCode(byte))}`).join('\n'), 'latin1')
    const done = spawnSync(shell, ['-s'], { input: script, env: { PATH: process.env.PATH, LC_ALL: 'C' } })
    expect([...done.stdout]).toEqual(bytes)
  })

  test('words that would mean something at the head of a command or before a redirection', () => {
    const words = ['if', 'done', '{', '!', 'A=b', '']
    const script = words.map(word => `(${quote(word)}) 2>/dev/null; echo $?`)
    const heads = spawnSync(shell, ['-s'], { input: script.join('\n'), encoding: 'utf8' })
    expect(heads.stdout).toBe('127\n'.repeat(words.length))
    const before = spawnSync(shell, ['-s'], { input: `echo ${quote('2')}>&1`, encoding: 'utf8' })
    expect(before.stdout).toBe('2\n')
  })
})

test('NUL is refused', () => {
  expect(() => quote('a\0b')).toThrow(TypeError)
})

test('plain words stay readable', () => {
  expect(['/etc/fstab', 'a-b_c.d', 'user@host:22', '0644x'].map(quote)).toEqual([
    '/etc/fstab',
    'a-b_c.d',
    'user@host:22',
    '0644x',
  ])
})
