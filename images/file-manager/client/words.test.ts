import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isPattern, matcher } from './pattern.ts'
import { quoted, wordsOf } from './words.ts'

const texts = (line: string): string[] => wordsOf(line).map(({ text }) => text)

describe('a line', () => {
  test.each([
    ['upload a.txt  b.txt ', ['upload', 'a.txt', 'b.txt']],
    ['upload "two words.txt" two\\ words.txt', ['upload', 'two words.txt', 'two words.txt']],
    [`'it''s' "a\\"b" 'a\\b'`, ['its', 'a"b', 'a\\b']],
    ['a""b ""', ['ab', '']],
    ['  ', []],
    ['end\\', ['end\\']],
  ])('%s', (line, words) => {
    expect(texts(line)).toEqual(words)
  })

  test('with a quote left open is refused', () => {
    expect(() => wordsOf('upload "two words')).toThrow('the quote " is not closed')
  })

  test('is what was quoted into it, whatever that is', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1 }).filter(text => !/[\n\r]/.test(text))
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), names => {
        expect(texts(names.map(each => quoted(each)).join(' '))).toEqual(names)
        expect(texts(names.map(each => `"${quoted(each, '"')}"`).join(' '))).toEqual(names)
        expect(texts(names.map(each => `'${quoted(each, "'")}'`).join(' '))).toEqual(names)
        expect(wordsOf(names.map(each => quoted(each)).join(' ')).some(({ pattern }) => isPattern(pattern))).toBe(false)
      }),
    )
  })
})

describe('a pattern', () => {
  const names = ['a.txt', 'b.txt', 'b.md', '.hidden.txt', 'a[1].txt', 'ñ.txt', '*.txt']
  test.each([
    ['*.txt', ['a.txt', 'b.txt', 'a[1].txt', 'ñ.txt', '*.txt']],
    ['?.txt', ['a.txt', 'b.txt', 'ñ.txt', '*.txt']],
    ['[ab].*', ['a.txt', 'b.txt', 'b.md']],
    ['[!a-z].txt', ['ñ.txt', '*.txt']],
    ['.*', ['.hidden.txt']],
    ['\\*.txt', ['*.txt']],
    ['"*".txt', ['*.txt']],
    ['a\\[1].txt', ['a[1].txt']],
    ['[z-a].txt', []],
    ['a.txt', ['a.txt']],
    ['a(.txt', []],
  ])('%s', (typed, found) => {
    const [word] = wordsOf(typed)
    expect(names.filter(matcher(word?.pattern ?? ''))).toEqual(found)
  })

  test.each(['a.txt', '\\*', '[', 'a]b', '"*"'])('is not what %s is', typed => {
    expect(isPattern(wordsOf(typed)[0]?.pattern ?? '')).toBe(false)
  })
})
