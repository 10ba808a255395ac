import { readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { buildStep } from './build-step.ts'
import { folderOf } from './step-key.ts'
import { buildOptions, scratchFolder, stepOf } from './testing/fixtures.ts'

const cache = scratchFolder()

test('builds once, into the folder of its key, and leaves only its log and lock beside it', async () => {
  let builds = 0
  const step = stepOf({
    build: async work => {
      builds++
      await writeFile(join(work.out, 'made'), 'content')
    },
  })
  const folder = await buildStep(step, buildOptions(cache.path))
  expect(folder).toBe(await folderOf(cache.path, step))
  expect(await readFile(join(folder, 'made'), 'utf8')).toBe('content')
  expect((await readdir(dirname(folder))).map(name => name.replace(/^\w{16}/, ''))).toEqual(['', '.lock'])
  await buildStep(step, buildOptions(cache.path))
  expect(builds).toBe(1)
})

test('two at once build it once', async () => {
  let builds = 0
  const step = stepOf({
    build: async work => {
      builds++
      await work.run('sh', ['-c', 'sleep 0.4'])
    },
  })
  const second = buildOptions(cache.path)
  await Promise.all([buildStep(step, buildOptions(cache.path)), buildStep(step, second)])
  expect(builds).toBe(1)
})

test('after a failure the next attempt finds the scratch as it was, and no half-made result', async () => {
  const seen: string[][] = []
  const step = stepOf({
    build: async work => {
      seen.push([...(await readdir(work.scratch)), ...(await readdir(work.out))])
      await writeFile(join(work.scratch, 'fetched'), '')
      await writeFile(join(work.out, 'half'), '')
      if (seen.length === 1) await work.run('sh', ['-c', 'echo first >&2; echo disk full >&2; exit 3'])
    },
  })
  const options = buildOptions(cache.path)
  await expect(buildStep(step, options)).rejects.toMatchObject({
    failure: { code: 'mirror-step-failed', cause: 'exit status 3', stderr: ['first', 'disk full'] },
  })
  expect(options.told.at(-1)).toMatchObject({ task: 'sample', ended: 'failed' })
  await buildStep(step, options)
  expect(seen).toEqual([[], ['fetched']])
  expect(options.told.at(-1)).toMatchObject({ task: 'sample', ended: 'ok' })
})

test('reads the folders of what it needs, and of nothing else', async () => {
  const bottom = stepOf({ name: 'bottom', build: work => writeFile(join(work.out, 'word'), 'hello') })
  const copied = (needs: readonly (typeof bottom)[]) =>
    stepOf({
      name: 'top',
      needs,
      build: async work => {
        await work.run('cp', [join(work.of(bottom), 'word'), work.out])
      },
    })
  await buildStep(bottom, buildOptions(cache.path))
  const folder = await buildStep(copied([bottom]), buildOptions(cache.path))
  expect(await readFile(join(folder, 'word'), 'utf8')).toBe('hello')
  await expect(buildStep(copied([]), buildOptions(cache.path))).rejects.toThrow('does not declare')
})
