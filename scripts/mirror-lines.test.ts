import { expect, test } from 'vitest'
import { partLine, progressLine, progressPrinter } from './mirror-lines.ts'

test('a line says what, how much and how long', () => {
  const kernel = { type: 'progress', task: 'kernel', seconds: 61.7 } as const
  expect(progressLine({ ...kernel, detail: 'compiling', done: 410, total: 1370, unit: 'objects' })).toBe(
    'kernel                62 s  compiling, 410 of 1370 objects',
  )
  expect(progressLine({ ...kernel, ended: 'failed' })).toBe('kernel                62 s  failed')
})

test('between a beginning and an end there is a line every ten seconds', () => {
  const lines: string[] = []
  const emit = progressPrinter(line => lines.push(line))
  for (const seconds of [0, 3, 9, 11, 15, 22]) emit({ type: 'progress', task: 'a', detail: `at ${seconds}`, seconds })
  emit({ type: 'progress', task: 'b', detail: 'begins', seconds: 4 })
  emit({ type: 'progress', task: 'a', detail: 'built', seconds: 23, ended: 'ok' })
  expect(lines.map(line => line.replace(/ +\d+ s {2}/, ' '))).toEqual([
    'a at 0',
    'a at 11',
    'a at 22',
    'b begins',
    'a built',
  ])
})

test('an earlier part is told with what it takes, and with who keeps it', () => {
  const part = { name: 'kernel/0123456789abcdef', paths: [], bytes: 1_074_000_000 }
  expect(partLine(part, 'removed')).toBe('removed       kernel/0123456789abcdef               1,074 MB')
  expect(partLine({ ...part, usedBy: 'linux (812)' }, 'removed')).toBe(
    'kept          kernel/0123456789abcdef               1,074 MB  in use by linux (812)',
  )
})
