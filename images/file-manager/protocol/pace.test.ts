import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Pace } from './pace.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setTimeout'] }))
afterEach(() => void vi.useRealTimers())

const pause = (milliseconds: number): Promise<void> => new Promise(resolve => setTimeout(resolve, milliseconds))

/** Waits for the other for so long, then has moved so much. */
async function wait(pace: Pace, milliseconds: number, bytes: number): Promise<void> {
  const over = pace.waitFor(pause(milliseconds))
  await vi.advanceTimersByTimeAsync(milliseconds)
  await over
  pace.moved(bytes)
}

test('a stream is too slow under 1 KiB a second over 30 s, however its waits are cut', async () => {
  const dribbling = new Pace()
  for (let i = 0; i < 29; i++) await wait(dribbling, 1000, 1000)
  expect(dribbling.tooSlow()).toBe(false)
  await wait(dribbling, 1000, 1000)
  expect(dribbling.tooSlow()).toBe(true)

  const enough = new Pace()
  for (let i = 0; i < 100; i++) {
    await wait(enough, 1000, 1025)
    expect(enough.tooSlow()).toBe(false)
  }
})

test('a stream that stands still is too slow while it still waits', async () => {
  const pace = new Pace()
  pace.moved(1_000)
  void pace.waitFor(pause(60_000))
  await vi.advanceTimersByTimeAsync(29_999)
  expect(pace.tooSlow()).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(pace.tooSlow()).toBe(true)
})

test('what takes long on this side is not held against the other', async () => {
  const pace = new Pace()
  await wait(pace, 1000, 1)
  await vi.advanceTimersByTimeAsync(120_000)
  expect(pace.tooSlow()).toBe(false)
})
