import { afterEach, expect, test } from 'vitest'
import { Readiness } from './readiness.ts'

const started: Readiness[] = []
afterEach(() => {
  for (const readiness of started.splice(0)) readiness.stop()
})

/** A storage that does as it is told. */
async function readiness(ask: () => Promise<void>) {
  const lines: string[] = []
  let asked = 0
  const one = new Readiness(
    () => {
      asked++
      return ask()
    },
    line => lines.push(line),
    100,
  )
  started.push(one)
  await one.start(10)
  return { one, lines, asked: () => asked }
}

test('a storage that hangs makes a server unready, and is not asked again while it owes an answer', async () => {
  let answer: () => void = () => undefined
  let hangs = false
  const { one, lines, asked } = await readiness(() =>
    hangs ? new Promise(resolve => (answer = resolve)) : Promise.resolve(),
  )
  expect(() => one.check()).not.toThrow()
  hangs = true
  await expect.poll(() => one.why, { interval: 10 }).toMatch(/has not answered for/)
  expect(() => one.check()).toThrow(expect.objectContaining({ errorCode: 'not-ready' }))
  const before = asked()
  await expect.poll(() => lines.length).toBe(2)
  expect(asked()).toBe(before)
  hangs = false
  answer()
  await expect.poll(() => one.why).toBeUndefined()
  await expect
    .poll(() => lines)
    .toEqual([
      'storage is ready',
      expect.stringMatching(/^storage is not ready: it has not answered/),
      'storage is ready',
    ])
})

test('a storage that fails, or hangs from the beginning, does too', async () => {
  const failing = await readiness(() => Promise.reject(Object.assign(new Error('no'), { code: 'ESTALE' })))
  expect(failing.one.why).toBe('fails with ESTALE')
  const hanging = await readiness(() => new Promise(() => undefined))
  expect(hanging.lines).toEqual([expect.stringMatching(/^storage is not ready/)])
})
