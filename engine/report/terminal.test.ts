import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Screen } from './samples/screen.ts'
import { createTerminal } from './terminal.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A terminal whose live lines are `live`; each `show` waits until it is painted. */
function setUp(columns = 40, rows = 12) {
  const screen = new Screen(columns, rows)
  const live: string[] = []
  const terminal = createTerminal(screen, () => live)
  const show = (said: readonly string[], lines: readonly string[] = live) => {
    live.splice(0, live.length, ...lines)
    terminal.say(said)
    vi.advanceTimersByTime(100)
    return screen.text
  }
  return { screen, terminal, show }
}

const many = (count: number) => Array.from({ length: count }, (_, i) => `said ${i}`)
const workers = (detailed: number) => [
  ...[1, 2, 3].flatMap(n => [`worker${n}  waits`, ...(n <= detailed ? [`         detail ${n}`] : [])]),
  'cp',
]

it('keeps what was said where live lines grow in their middle at the bottom of the screen', () => {
  const { terminal, show } = setUp()
  const said = [...many(12), 'PLAY [Join the workers]']
  show(said, workers(0))
  for (const detailed of [1, 2, 3]) show([], workers(detailed))
  expect(show(['changed'])).toBe([...said, 'changed', '', ...workers(3)].join('\n'))
  terminal.finish()
  terminal.say(['the end'])
})

it('leaves nothing behind of what lived, nor a cursor that is hidden', () => {
  const { screen, terminal, show } = setUp()
  show(['first'], workers(3))
  expect(screen.modes.get('25')).toBe(false)
  show([], workers(1))
  terminal.say(['last'])
  terminal.finish()
  terminal.say(['the end'])
  expect(screen.text).toBe('first\nlast\nthe end')
  expect([...screen.modes.values()]).toEqual([true, true, false])
  expect(vi.getTimerCount()).toBe(0)
  expect(screen.listenerCount('resize')).toBe(0)
})

it('shows the cursor again while there is nothing live, and leaves the screen to others then', () => {
  const { screen, show } = setUp()
  show(['first'], workers(0))
  show([], [])
  expect(screen.modes.get('25')).toBe(true)
  screen.write('Type the name: ')
  vi.advanceTimersByTime(5000)
  expect(screen.text).toBe('first\nType the name:')
})

it('leaves a question alone that is asked meanwhile', () => {
  const { screen, show } = setUp()
  show(['first'], workers(0))
  screen.write('Passphrase: ')
  show([], workers(3))
  expect(screen.text).toBe(['first', 'Passphrase:', ...workers(3)].join('\n'))
  screen.write('\n')
  expect(show(['second'], workers(0))).toBe(['first', 'Passphrase:', 'second', '', ...workers(0)].join('\n'))
})

it('cuts what is wider or higher than the screen', () => {
  const { screen, terminal, show } = setUp(20, 6)
  show(many(10), [`${'x'.repeat(30)}`, ...many(30)])
  expect(screen.text.split('\n').slice(10)).toEqual(['', `${'x'.repeat(20)}`, ...many(4)])
  terminal.finish()
  expect(screen.text).toBe(many(10).join('\n'))
})

it('takes the live lines away where the process ends in the middle', () => {
  const { screen, terminal, show } = setUp()
  const before = process.listenerCount('exit')
  show(['first'], workers(0))
  const leave = process.listeners('exit').at(-1) as () => void
  terminal.say(['second'])
  leave()
  expect(screen.text).toBe('first\nsecond')
  terminal.finish()
  expect(process.listenerCount('exit')).toBe(before - 1)
})

describe('whatever is said and lives', () => {
  const line = fc.integer({ min: 0, max: 90 }).map(length => 'live '.repeat(18).slice(0, length))
  const step = fc.record({
    said: fc.integer({ min: 0, max: 4 }),
    lines: fc.array(line, { maxLength: 9 }),
    size: fc.option(fc.record({ columns: fc.integer({ min: 8, max: 80 }), rows: fc.integer({ min: 2, max: 20 }) })),
  })
  const play = (steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[], resizing: boolean) => {
    const { screen, terminal, show } = setUp()
    let count = 0
    for (const { said, lines, size } of steps) {
      if (resizing && size) screen.resize(size.columns, size.rows)
      // Longer than some screens are wide.
      show(
        Array.from({ length: said }, () => `stays ${count++} stays`),
        lines,
      )
    }
    terminal.finish()
    return { text: screen.text, stays: Array.from({ length: count }, (_, i) => `stays ${i} stays`) }
  }

  it('the first stays, and nothing else', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), steps => {
        const { text, stays } = play(steps, false)
        expect(text).toBe(stays.join('\n'))
      }),
    )
  })

  // Of live lines that do not fit any more, some may stay, too.
  it('the first stays, however often the terminal changes its size', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), steps => {
        const { text, stays } = play(steps, true)
        expect(text.replaceAll(/\n/g, '').match(/stays \d+ stays/g) ?? []).toEqual(stays)
      }),
    )
  })
})
