import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { present } from '../../engine/resource/resource.ts'
import { clockAgrees } from './clock.ts'

const keeper = { kind: 'command', id: 'keep the time' }

beforeEach(() => {
  vi.useFakeTimers({ now: 1_800_000_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

/** What is changed when the host's clock is ahead by so much, and the question and the answer take so long on their way. */
function judged(aheadSeconds: number, answerTakesSeconds = 0, questionTakesSeconds = 0): readonly unknown[] {
  const clock = clockAgrees(30, keeper)
  if (clock.probe.of !== 'host') throw new Error('it asks a host')
  clock.probe.script([])
  vi.advanceTimersByTime(questionTakesSeconds * 1000)
  const read = Math.floor(Date.now() / 1000 + aheadSeconds)
  vi.advanceTimersByTime(answerTakesSeconds * 1000)
  const answer = clock.probe.parse(String(read))
  if (answer.is !== 'present') throw new Error('it answered')
  return clock.diff(answer, { change: () => false }).map(({ before }) => before)
}

test('a clock within the limit agrees, however long question and answer take', () => {
  for (const ahead of [0, 29, -29]) expect(judged(ahead, 0, 120)).toEqual([])
  for (const ahead of [0, 29, -29]) for (const takes of [0, 1, 120]) expect(judged(ahead, takes)).toEqual([])
})

test('a clock ten minutes off is told with its direction', () => {
  expect(judged(600)).toEqual(['600 s ahead'])
  expect(judged(-600)).toEqual(['600 s behind'])
  expect(judged(-600, 20)).toEqual(['600 s behind'])
})

test('what is no time is no answer', () => {
  const clock = clockAgrees(30, keeper)
  if (clock.probe.of !== 'host') throw new Error('it asks a host')
  const { parse } = clock.probe
  expect(() => parse('')).toThrow('not a time')
  expect(() => parse('date: invalid')).toThrow('not a time')
})

test('is refused unless what keeps the time is still to come', () => {
  const wrong = present('600 s behind')
  const refused = clockAgrees(30, keeper).refuse?.(wrong, { change: () => false })
  expect(refused).toMatchObject({ code: 'clock-differs', cause: 'It is 600 s behind; 30 s are allowed.' })
  expect(clockAgrees(30, keeper).refuse?.(wrong, { change: ({ id }) => id === keeper.id })).toBeUndefined()
})
