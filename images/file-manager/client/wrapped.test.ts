import { describe, expect, it, test } from 'vitest'
import { readArguments } from './arguments.mjs'
import type { ClientEvent } from './events.ts'
import { forPeople } from './people.ts'
import { Problem } from './problem.ts'
import { widthOf } from './shown.ts'
import { wrapped } from './wrapped.mjs'

describe('a line that is too wide', () => {
  it.each([
    ['breaks between words', 'one two three', 7, ['one two', 'three']],
    ['keeps a long word whole', 'a 0123456789 b', 5, ['a', '0123456789', 'b']],
    ['goes on in its second column', '  exit  ends the session', 18, ['  exit  ends the', '        session']],
    ['goes on as far in as it began', '  download a b', 12, ['  download a', '  b']],
    ['goes on a little further in', '  download one  a b', 18, ['  download one  a', '    b']],
    ['counts columns, not characters', '漢字 漢字 x', 7, ['漢字', '漢字 x']],
  ])('%s', (_, line, columns, lines) => {
    expect(wrapped(line, columns, widthOf)).toEqual(lines)
  })
})

/** What is told of one event on a stream of that kind. */
function told(stream: { readonly isTTY: boolean; readonly columns: number }, event: ClientEvent): string {
  const writes: string[] = []
  const written = { ...stream, write: (text: string) => writes.push(text) }
  forPeople({ out: written, err: written }).tell(event)
  return writes.join('')
}

const problem = new Problem('this command has no option -x', 'It takes none. A name that begins with a dash: ./-x')

test('a terminal gets no word in two pieces, a pipe gets one line', () => {
  const whole = `error: ${problem.message}. ${problem.next}\n`
  expect(told({ isTTY: false, columns: 40 }, { type: 'problem', problem })).toBe(whole)
  const lines = told({ isTTY: true, columns: 40 }, { type: 'problem', problem }).trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(1)
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(40)
  expect(lines.join(' ')).toBe(whole.trimEnd())
})

test('what is listed is not broken, for its names are copied', () => {
  const name = 'a name of many words that is wider than that'
  const files = [{ name, size: 1, modified: 0 }]
  expect(told({ isTTY: true, columns: 20 }, { type: 'listed', where: 'here', files })).toContain(`  ${name}\n`)
})

test.each([60, 80, 100])('help fits %i columns', columns => {
  const before = process.stdout.columns
  process.stdout.columns = columns
  const read = readArguments(['--help'])
  process.stdout.columns = before
  const lines = 'help' in read ? read.help.split('\n') : []
  expect(lines.length).toBeGreaterThan(30)
  const tooWide = lines.filter(line => line.length > columns && !/^ *\S+$/.test(line))
  expect(tooWide).toEqual([])
})
