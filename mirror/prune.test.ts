import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { removeParts, staleParts } from './prune.ts'
import { folderOf } from './step-key.ts'
import { lockStep } from './step-lock.ts'
import { scratchFolder, stepOf } from './testing/fixtures.ts'

const cache = scratchFolder()
const step = stepOf({ name: 'kernel' })
const old = '0123456789abcdef'
const { signal } = new AbortController()
const running: ReturnType<typeof spawn>[] = []
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
})

async function put(path: string, bytes = 10_000): Promise<string> {
  const file = join(cache.path, 'mirror', path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, Buffer.alloc(bytes, 1))
  return file
}
const parts = () => staleParts(cache.path, [step])
const left = async (name: string) => (await readdir(join(cache.path, 'mirror', name))).sort()

/** A process that names the file, as a host does its kernel. */
async function usedBy(...command: readonly [string, ...string[]]): Promise<number | undefined> {
  const [program, ...args] = command
  const child = spawn(program, args, { stdio: 'ignore' })
  running.push(child)
  await once(child, 'spawn')
  return child.pid
}

test('what no step would make by now goes, what is current or not ours stays', async () => {
  const current = await folderOf(cache.path, step)
  const key = current.slice(current.lastIndexOf('/') + 1)
  await put(`kernel/${key}/linux`)
  await put(`kernel/${key}.log`)
  await put(`kernel/${old}/linux`, 40_000)
  await put(`kernel/${old}.log`)
  await put(`kernel/${old}.lock`, 0)
  await put(`kernel/${old}.scratch/half`)
  await put('kernel/notes.txt')
  await put(`gone-step/${old}/file`)
  await put('packages.log')

  const found = await parts()
  expect(found.map(({ name, usedBy }) => [name, usedBy])).toEqual(
    expect.arrayContaining([
      [`kernel/${old}`, undefined],
      [`gone-step/${old}`, undefined],
    ]),
  )
  expect(found).toHaveLength(2)
  expect(found.find(({ name }) => name.startsWith('kernel'))?.bytes).toBeGreaterThanOrEqual(60_000)
  expect(found.find(({ name }) => name.startsWith('kernel'))?.bytes).toBeLessThan(200_000)

  await removeParts(cache.path, found, signal)
  expect(await left('kernel')).toEqual([`${old}.lock`, key, `${key}.log`, 'notes.txt'].sort())
  expect(await left('.')).toContain('packages.log')
  expect(await parts()).toEqual([])
})

test('what a process runs, names, or reads of in its settings stays, and the process is named', async () => {
  const names = ['a', 'b', 'c', 'd'].map(digit => `${digit}${old.slice(1)}`)
  const [told, configured, opened, free] = (await Promise.all(names.map(key => put(`kernel/${key}/file`)))) as [
    string,
    string,
    string,
    string,
  ]
  const settings = join(cache.path, 'registry.json')
  await writeFile(settings, JSON.stringify({ rootdirectory: dirname(configured) }))
  const pids = [
    await usedBy('tail', '-f', told),
    await usedBy('tail', '-f', settings),
    await usedBy('sh', '-c', 'exec tail -f <"$0/file"', dirname(opened)),
  ]
  const found = await parts()
  const users = names.map(key => found.find(({ name }) => name === `kernel/${key}`)?.usedBy)
  expect(users.slice(0, 3).map(user => Number(/\((\d+)\)$/.exec(user ?? '')?.[1]))).toEqual(pids)
  expect(users[3]).toBeUndefined()
  await removeParts(cache.path, found, signal)
  expect(await left('kernel')).toEqual([...names.slice(0, 3), `${names[3]}.lock`].sort())
  expect(free).toContain(names[3])
})

test('what somebody is building is not pulled away', async () => {
  await put(`kernel/${old}.scratch/half`)
  const waiting = () => undefined
  const building = await lockStep(join(cache.path, 'mirror', 'kernel', `${old}.lock`), {
    limitSeconds: 1,
    signal,
    waiting,
  })
  const found = await parts()
  await expect(removeParts(cache.path, found, signal)).rejects.toMatchObject({
    failure: { code: 'mirror-step-locked' },
  })
  await building.release()
  await removeParts(cache.path, found, signal)
  expect(await left('kernel')).toEqual([`${old}.lock`])
})

test('a cache that was never filled has nothing to remove', async () => {
  expect(await parts()).toEqual([])
})
