import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type CommandOptions, runCommand } from './command.ts'
import { scratchFolder } from './testing/fixtures.ts'

const folder = scratchFolder()
const run = (script: string, options?: CommandOptions, signal = new AbortController().signal) =>
  runCommand('sh', ['-c', script], { step: 'sample', logFile: join(folder.path, 'log'), signal }, options)

test('gives stdout, tells every line, and logs both streams', async () => {
  const lines: string[] = []
  expect(await run('cat; echo out; echo err >&2', { stdin: 'in\n', onLine: line => lines.push(line) })).toBe(
    'in\nout\n',
  )
  expect(lines.sort()).toEqual(['err', 'in', 'out'])
  const log = await readFile(join(folder.path, 'log'), 'utf8')
  expect(log).toContain('$ sh -c cat; echo out')
  expect(log).toContain('err\n')
})

test('a program that ends without reading its input is judged by its status', async () => {
  expect(await run('echo done', { stdin: 'x'.repeat(1e6) })).toBe('done\n')
})

test('the limit ends the whole group, and says so', async () => {
  const begun = Date.now()
  await expect(run('sleep 60 & sleep 60', { timeoutSeconds: 0.3 })).rejects.toMatchObject({
    failure: { cause: 'it took longer than 0.3 s', place: join(folder.path, 'log') },
  })
  expect(Date.now() - begun).toBeLessThan(30_000)
})

test('cancelling ends the whole group', async () => {
  const stop = new AbortController()
  const started = run('sleep 60 & echo go; sleep 60', { onLine: () => stop.abort() }, stop.signal)
  await expect(started).rejects.toThrow('aborted')
})

test('a program that is not there fails by name', async () => {
  const place = { step: 'sample', logFile: join(folder.path, 'log'), signal: new AbortController().signal }
  await expect(runCommand('no-such-program', [], place)).rejects.toMatchObject({
    failure: { stderr: [expect.stringContaining('no-such-program')] },
  })
})

test('what must finish is not cut off by a cancelled run', async () => {
  const stop = new AbortController()
  const file = join(folder.path, 'finished')
  const script = `echo go; sleep 0.3; echo yes >${file}`
  const started = run(script, { letFinish: true, onLine: () => stop.abort() }, stop.signal)
  await expect(started).rejects.toThrow('aborted')
  expect(await readFile(file, 'utf8')).toBe('yes\n')
})
