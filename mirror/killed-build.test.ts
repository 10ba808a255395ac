import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { buildStep } from './build-step.ts'
import { folderOf } from './step-key.ts'
import { buildOptions, scratchFolder, stepOf } from './testing/fixtures.ts'

const cache = scratchFolder()

/** A compiler that outlives its build: deaf to TERM, it goes on until it is let go, and notes when it ends. */
const stubborn = `trap "" TERM
echo "$$" >"$1/begun"
until [ -e "$1/let-go" ]; do sleep 0.02; done
echo compiler >>"$1/order"`

/** The same step in the process to be killed and in the next one. */
const sample = (folder: string) =>
  stepOf({
    build: async work => {
      await work.run('sh', ['-c', stubborn, 'sh', folder])
      await writeFile(join(work.out, 'made'), 'whole')
    },
  })

test('kill -9 in the middle: the next run waits for what is still running, then builds', async () => {
  const program = `
    const { buildStep } = await import(${JSON.stringify(fileURLToPath(new URL('./build-step.ts', import.meta.url)))})
    const step = { name: 'sample', needs: [], debianPackages: [], coldSeconds: 1, inputs: async () => ['1'], summary: '',
      build: work => work.run('sh', ['-c', ${JSON.stringify(stubborn)}, 'sh', ${JSON.stringify(cache.path)}]) }
    await buildStep(step, { cacheFolder: ${JSON.stringify(cache.path)}, emit: () => {}, signal: new AbortController().signal })`
  const build = spawn(process.execPath, ['--import=tsx', '--input-type=module', '--eval', program], {
    stdio: 'inherit',
  })
  await appears(join(cache.path, 'begun'))
  build.kill('SIGKILL')
  await once(build, 'close')

  const options = buildOptions(cache.path)
  const step = sample(cache.path)
  const resumed = buildStep(step, options).then(folder => readFile(join(folder, 'made'), 'utf8'))
  await until(() => options.told.some(({ detail }) => detail?.includes('another process')), 'the wait to be told')
  await expect(readFile(join(await folderOf(cache.path, step), 'made'))).rejects.toThrow('ENOENT')
  await writeFile(join(cache.path, 'let-go'), '')
  expect(await resumed).toBe('whole')
  // The one that was left behind, then the second build's own.
  expect(await readFile(join(cache.path, 'order'), 'utf8')).toBe('compiler\ncompiler\n')
})

const appears = (file: string) =>
  until(
    () =>
      readFile(file).then(
        content => content.length > 0,
        () => false,
      ),
    file,
  )

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 15_000; !(await holds()); await pause(20))
    if (Date.now() > end) throw new Error(`waited 15 s for ${what}`)
}
