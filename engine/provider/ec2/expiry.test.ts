import { expect, test } from 'vitest'
import { expiryFrom, isDue } from './expiry.ts'

const noon = Date.parse('2026-11-21T12:00:00Z')
const wish = { hours: 8, atEnd: 'terminate' } as const
const after = (hours: number) => noon + hours * 3_600_000

test('an end is in whole minutes, never before its hours are over', () => {
  expect(expiryFrom(noon, 8)).toBe('2026-11-21T20:00:00.000Z')
  expect(expiryFrom(noon + 1, 8)).toBe('2026-11-21T20:01:00.000Z')
})

test('a host gets more time when half of it is over, and not before', () => {
  const expires = expiryFrom(noon, 8)
  expect(isDue(expires, 'terminate', wish, noon)).toBe(false)
  expect(isDue(expires, 'terminate', wish, after(3.9))).toBe(false)
  expect(isDue(expires, 'terminate', wish, after(4.1))).toBe(true)
  expect(isDue(expires, 'terminate', wish, after(99))).toBe(true)
})

test('what is not there, not readable, or not as the inventory has it, is set anew', () => {
  const expires = expiryFrom(noon, 8)
  expect(isDue(undefined, undefined, wish, noon)).toBe(true)
  expect(isDue('soon', 'terminate', wish, noon)).toBe(true)
  expect(isDue(expires, 'stop', wish, noon)).toBe(true)
  expect(isDue(expires, 'terminate', { ...wish, hours: 2 }, noon)).toBe(true)
  expect(isDue(expires, 'terminate', undefined, noon)).toBe(true)
  expect(isDue(undefined, undefined, undefined, noon)).toBe(false)
})
