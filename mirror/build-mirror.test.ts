import { expect, test } from 'vitest'
import { buildSteps, stepsToBuild } from './build-mirror.ts'
import type { MirrorStep } from './step.ts'
import { buildOptions, scratchFolder, stepOf } from './testing/fixtures.ts'

const cache = scratchFolder()

/** Steps that note their order: `c` needs `b`, which needs `a`; `slow` stands alone. */
function sample(order: string[], broken?: string): readonly MirrorStep[] {
  const step = (name: string, needs: readonly MirrorStep[], coldSeconds: number) =>
    stepOf({
      name,
      needs,
      coldSeconds,
      build: async work => {
        await work.run('sh', ['-c', name === broken ? 'exit 1' : broken && name === 'slow' ? 'sleep 60' : 'sleep 0.05'])
        order.push(name)
      },
    })
  const a = step('a', [], 1)
  const b = step('b', [a], 5)
  return [a, b, step('c', [b], 9), step('slow', [], 100)]
}

test('builds each after its needs, whatever their order, and a second time nothing', async () => {
  const order: string[] = []
  const steps = sample(order)
  await buildSteps([...steps].reverse(), buildOptions(cache.path))
  expect([...order].sort()).toEqual(['a', 'b', 'c', 'slow'])
  expect(order.filter(name => name !== 'slow')).toEqual(['a', 'b', 'c'])
  expect(await stepsToBuild(cache.path, steps)).toEqual([])
})

test('a failure is thrown, what runs beside it is cut off, what needs it is not begun, and what is built stays', async () => {
  const order: string[] = []
  const steps = sample(order, 'b')
  await expect(buildSteps(steps, buildOptions(cache.path))).rejects.toMatchObject({
    failure: { message: expect.stringContaining("mirror's b failed") },
  })
  expect(order).not.toContain('c')
  expect((await stepsToBuild(cache.path, steps)).map(step => step.name)).toEqual(expect.arrayContaining(['b', 'c']))
  expect((await stepsToBuild(cache.path, steps)).map(step => step.name)).not.toContain('a')
})

test('cancelling stops the run', async () => {
  const stop = new AbortController()
  const steps = [stepOf({ build: async work => void (await work.run('sleep', ['60'])) })]
  const running = buildSteps(steps, { ...buildOptions(cache.path), signal: stop.signal })
  stop.abort()
  await expect(running).rejects.toThrow('aborted')
})
