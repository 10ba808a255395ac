import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { identify } from '../../process/identity.ts'
import { type HostLayout, labLayout } from '../lab/layout.ts'
import { endHost, hostRuns, recordedProcess } from './host-process.ts'

let folder: string
let layout: HostLayout
let child: ChildProcess

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'host-process-'))
  layout = labLayout(folder).host('cp')
  await mkdir(layout.folder, { recursive: true })
  // Leads a session of its own and has a helper, as a host does.
  child = spawn('sh', ['-c', 'sleep 60 & echo $!; wait'], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
})
afterEach(async () => {
  if (child.pid && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL')
  await rm(folder, { recursive: true })
})

async function helperOf(): Promise<number> {
  const [first] = child.stdout ? ((await once(child.stdout, 'data')) as [Buffer]) : [Buffer.alloc(0)]
  return Number(first.toString())
}

it('ends the process that was recorded, and its helper with it', async () => {
  const helper = await helperOf()
  await writeFile(layout.process, JSON.stringify(await identify(child.pid ?? 0)))
  expect(await hostRuns(layout)).toBe(true)
  const ended = once(child, 'exit')
  await endHost('no-such-lab', 'cp', layout)
  expect(await ended).toEqual([null, 'SIGKILL'])
  await expect.poll(() => identify(helper)).toBeUndefined()
  expect(await hostRuns(layout)).toBe(false)
  await expect(stat(layout.process)).rejects.toThrow('ENOENT')
})

it('takes away what a living host needs when that has ended, and is known to have run until then', async () => {
  await helperOf()
  await writeFile(layout.process, JSON.stringify(await identify(child.pid ?? 0)))
  const cutOff = async () => {
    await expect.poll(() => hostRuns(layout)).toBe(false)
    throw new Error('cut off')
  }
  await expect(endHost('no-such-lab', 'cp', layout, cutOff)).rejects.toThrow('cut off')
  expect(await recordedProcess(layout)).toBeDefined()
})

it.each([
  ['a later process with the same number', { startTime: '1' }],
  ['a process of another boot', { bootId: '00000000-0000-0000-0000-000000000000' }],
])('leaves %s alone', async (_, other) => {
  const helper = await helperOf()
  await writeFile(layout.process, JSON.stringify({ ...(await identify(child.pid ?? 0)), ...other }))
  expect(await hostRuns(layout)).toBe(false)
  await endHost('no-such-lab', 'cp', layout)
  expect(await identify(child.pid ?? 0)).toBeDefined()
  expect(await identify(helper)).toBeDefined()
})

it('knows nothing of a host that was never started', async () => {
  expect(await recordedProcess(layout)).toBeUndefined()
  await endHost('no-such-lab', 'cp', layout)
})
