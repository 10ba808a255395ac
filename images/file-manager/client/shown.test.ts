import { expect, test } from 'vitest'
import { progressLine, Rate } from './progress.ts'
import { fitted, shownSize, shownTime, visible, widthOf } from './shown.ts'

const tally = {
  direction: 'upload',
  files: 1,
  began: 0,
  done: 0,
  same: 0,
  failed: 0,
  untried: 0,
  name: 'video.mp4',
} as const

test('nothing in a name can do anything to a terminal', () => {
  expect(visible('a\x1b[31mb\x07\n\u202e\u2028.txt')).toBe('a\\x1b[31mb\\x07\\x0a\\u{202e}\\u{2028}.txt')
  expect(visible('\x9b2J\ud800')).toBe('\\x9b2J\\u{d800}')
  expect(visible('señor 日本.txt')).toBe('señor 日本.txt')
})

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [300 * 2 ** 20, '300 MiB'],
  [2 ** 30 * 1.25, '1.3 GiB'],
])('%i bytes are %s', (bytes, text) => expect(shownSize(bytes)).toBe(text))

test.each([
  [0.44, '0.4 s'],
  [12.4, '12 s'],
  [59.7, '1 min 0 s'],
  [185, '3 min 5 s'],
  [7800, '2 h 10 min'],
])('%f seconds are %s', (seconds, text) => expect(shownTime(seconds)).toBe(text))

test('a text is cut in its middle to the columns there are', () => {
  expect(fitted('a-very-long-name.txt', 11)).toBe('a-ver…e.txt')
  expect(widthOf(fitted('日本語日本語日本語', 10))).toBeLessThanOrEqual(10)
  expect(fitted('short', 5)).toBe('short')
})

test('progress fits its line, and tells how much, how fast and how long', () => {
  const line = progressLine({ ...tally, moved: 2 ** 28, resumed: 2 ** 28, expected: 2 ** 30 }, 2 ** 26, 90)
  expect(line).toMatch(/^video\.mp4 {2}\[#+>\.+\] {3}50% {2}512 MiB of 1\.0 GiB {2}64\.0 MiB\/s {2}8\.0 s left$/)
  for (const columns of [20, 40, 60, 80, 200]) {
    const longer = progressLine({ ...tally, name: '日'.repeat(80), moved: 5, resumed: 0, expected: 10 }, 1, columns)
    expect(widthOf(longer)).toBeLessThanOrEqual(columns)
  }
})

test('a rate is that of the last few seconds', () => {
  const rate = new Rate()
  for (let second = 0; second <= 60; second++) rate.mark(second * 1000, second * 1_000_000)
  for (let second = 61; second <= 70; second++) rate.mark(second * 1000, 60_000_000)
  expect(rate.mark(71_000, 60_000_000)).toBe(0)
})

test('there is none before enough was seen, nor does it count what passed before the first byte', () => {
  const rate = new Rate()
  for (const second of [0, 1, 2, 3]) expect(rate.mark(second * 1000, 0)).toBeUndefined()
  expect(rate.mark(3_500, 1_000_000)).toBeUndefined()
  expect(rate.mark(4_000, 2_000_000)).toBe(2_000_000)
  const line = (of: number | undefined) => progressLine({ ...tally, moved: 5, resumed: 0, expected: 10 }, of, 90)
  expect(line(undefined)).toMatch(/50% {2}5 B of 10 B$/)
  expect(line(0)).toMatch(/50% {2}5 B of 10 B {2}waiting$/)
})
