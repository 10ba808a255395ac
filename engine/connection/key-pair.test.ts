import { expect, test, vi } from 'vitest'
import { makeKeyPair } from './key-pair.ts'

test('a pair of which a byte is missing is not given out', () => {
  const good = makeKeyPair('lab')
  const blob = Buffer.from(good.public.split(' ')[1] ?? '', 'base64')
  // As ssh2 writes a public half that begins with a zero: 31 bytes instead of 32.
  const short = Buffer.concat([blob.subarray(0, 15), Buffer.from([0, 0, 0, 31]), blob.subarray(20)])
  const bad = { ...good, public: `ssh-ed25519 ${short.toString('base64')} lab` }
  const make = vi.fn().mockReturnValueOnce(bad).mockReturnValueOnce(good)
  expect(makeKeyPair('lab', make)).toBe(good)
  expect(make.mock.calls).toEqual([['lab'], ['lab']])
})

test('all of a thousand pairs have whole keys', () => {
  const bytes = (line: string): number => Buffer.from(line.split(' ')[1] ?? '', 'base64').length
  const lengths = Array.from({ length: 1000 }, () => bytes(makeKeyPair('x').public))
  expect(new Set(lengths)).toEqual(new Set([4 + 'ssh-ed25519'.length + 4 + 32]))
})
