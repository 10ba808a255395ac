import { describe, expect, test } from 'vitest'
import { checkName, partialPrefix, whyNotName } from './names.ts'

describe('a name', () => {
  test.each([
    'a',
    'test1.txt',
    '.hidden',
    'ñandú y café.txt',
    "it's $(id) `x`.txt",
    '-rf',
    '日本語',
    '😀',
    '...',
    'é'.repeat(127),
  ])('may be %s', name => {
    expect(checkName(name)).toBe(name)
  })

  test.each([
    ['', 'is empty'],
    ['.', 'means a folder'],
    ['..', 'means a folder'],
    ['../etc/passwd', 'separator'],
    ['/etc/passwd', 'separator'],
    ['a\\b', 'separator'],
    ['a\0.txt', 'control'],
    ['a\nb', 'control'],
    ['a\u007f', 'control'],
    ['a\u009b', 'control'],
    ['a\u2028', 'control'],
    ['gpj\u202etxt', 'direction'],
    ['cafe\u0301', 'normal form C'],
    ['\ud800', 'well-formed'],
    ['é'.repeat(128), '255 bytes'],
    [`${partialPrefix}1`, 'begins with'],
    [partialPrefix.toUpperCase(), 'begins with'],
  ])('may not be %j', (name, why) => {
    expect(whyNotName(name)).toContain(why)
    expect(() => checkName(name)).toThrow(expect.objectContaining({ errorCode: 'name' }))
  })
})
