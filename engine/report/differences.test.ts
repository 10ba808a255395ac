import { expect, test } from 'vitest'
import { type DifferenceLook, differenceLines } from './differences.ts'
import type { Change } from './events.ts'
import { Sink } from './samples/sink.ts'
import { styleOf } from './style.ts'

const look = (differing: Partial<DifferenceLook> = {}): DifferenceLook => ({
  style: styleOf(new Sink(), false),
  width: 80,
  verbose: false,
  ...differing,
})
const change = (more: Partial<Change>): Change => ({ attribute: 'content', before: 'x', after: 'y', ...more })
const patch = (name: string, ...lines: string[]) => [`--- ${name}`, `+++ ${name}`, ...lines, ''].join('\n')

test('a change of a file that the line above names already', () => {
  const text = patch('/etc/hosts', '@@ -1,2 +1,2 @@', ' one', '-two', '+2')
  expect(differenceLines(change({ text }), '/etc/hosts', look())).toEqual([
    '| @@ -1,2 +1,2 @@',
    '|  one',
    '| -two',
    '| +2',
  ])
})

test('a file within another thing is named', () => {
  const text = patch('/etc/sysctl.d/90-x.conf', '@@ -1,1 +1,1 @@', '-a = 1', '+a = 2')
  expect(differenceLines(change({ text }), '90-x', look())[0]).toBe('| /etc/sysctl.d/90-x.conf')
})

test('a new one is all additions, counted', () => {
  const text = '--- /dev/null\n+++ /etc/new\n@@ -0,0 +1,2 @@\n+one\n+two\n\\ No newline at end of file\n'
  expect(differenceLines(change({ text }), '/etc/new', look())).toEqual([
    '| new, 2 lines',
    '| +one',
    '| +two',
    '| \\ No newline at end of file',
  ])
})

test('why there is none to be seen', () => {
  const [before, after] = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`]
  expect(differenceLines(change({ noText: 'a secret', before, after }), 'x', look())).toEqual([
    '| content not shown: a secret, sha256 111111111111 -> 222222222222',
  ])
  expect(differenceLines(change({ noText: 'binary, 9 B', before: null, after }), 'x', look())).toEqual([
    '| content not shown: binary, 9 B, sha256 222222222222',
  ])
  expect(differenceLines(change({}), 'x', look())).toEqual([])
})

test('long lines are broken between words, deeper than they begin', () => {
  const text = patch('x', '@@ -0,0 +1,1 @@', '+          # One manager of control groups makes nodes stable', '+')
  expect(differenceLines(change({ text }), 'x', look({ width: 42 })).slice(1)).toEqual([
    '| +          # One manager of control',
    '|      groups makes nodes stable',
    '| +',
  ])
})

test('a word that is longer than a line is broken, letters of two halves kept whole', () => {
  const text = patch('x', '@@ -0,0 +1,1 @@', `+${'🦫'.repeat(60)}`, `+${' '.repeat(60)}end`)
  const lines = differenceLines(change({ text }), 'x', look({ width: 42 })).slice(1)
  expect(lines).toEqual([`| +${'🦫'.repeat(39)}`, `|      ${'🦫'.repeat(21)}`, `| +${' '.repeat(39)}`, '|      end'])
})

test('a line that just fits is left whole, and no part is longer than there is room', () => {
  const fitting = `+${'word '.repeat(8)}`.slice(0, 40)
  const long = `+${'some words '.repeat(30)}${'x'.repeat(100)}`
  const lines = differenceLines(change({ text: patch('x', fitting, long) }), 'x', look({ width: 42 }))
  expect(lines[0]).toBe(`| ${fitting}`)
  expect(Math.max(...lines.map(line => line.length))).toBe(42)
  const told = lines.slice(1).map(line => line.slice(2).trim())
  expect(told.join(' ').replaceAll(/(?<=x) (?=x)/g, '')).toBe(long)
})

test('a very long one is cut, and whole when asked', () => {
  const many = Array.from({ length: 400 }, (_, i) => `+line ${i}`)
  const text = patch('x', '@@ -0,0 +1,400 @@', ...many)
  const cut = differenceLines(change({ text }), 'x', look())
  expect(cut.at(-1)).toBe('| ... 281 more lines (all with --verbose)')
  expect(cut).toHaveLength(121)
  expect(differenceLines(change({ text }), 'x', look({ verbose: true }))).toHaveLength(401)
})
