import { expect, test } from 'vitest'
import { oneLine, quoted } from './log.ts'

test('a line of the log stays one line, whatever others called their things', () => {
  expect(oneLine('a\nb\r\u001b[31mred\u009b\u2028\u202e\0')).toBe(
    'a\\u{a}b\\u{d}\\u{1b}[31mred\\u{9b}\\u{2028}\\u{202e}\\u{0}',
  )
  expect(oneLine('ñandú 日本 😀')).toBe('ñandú 日本 😀')
  expect(quoted('a" b\n')).toBe('"a\\" b\\n"')
  expect(quoted('x'.repeat(1000))).toHaveLength(305)
})
