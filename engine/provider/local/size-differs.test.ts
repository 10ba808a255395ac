import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { identify } from '../../process/identity.ts'
import { type HostLayout, labLayout } from '../lab/layout.ts'
import { sizeDiffers } from './size-differs.ts'

let folder: string
let layout: HostLayout
let child: ChildProcess | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'size-'))
  layout = labLayout(folder).host('w')
  await mkdir(layout.folder, { recursive: true })
  await writeFile(layout.disk, '')
  await truncate(layout.disk, 16 * 2 ** 30)
})
afterEach(async () => {
  child?.kill('SIGKILL')
  child = undefined
  await rm(folder, { recursive: true })
})

/** A process that was called as a host's kernel is. */
async function starts(...words: readonly string[]): Promise<void> {
  child = spawn('sh', ['-c', 'read -r _', 'linux', ...words], { stdio: ['pipe', 'ignore', 'ignore'] })
  await writeFile(layout.process, JSON.stringify(await identify(child.pid ?? 0)))
}

const differs = (memory: string, cpus: number, disk?: string) =>
  sizeDiffers({ name: 'w', memory, cpus, disk, restart: 'off, up', anew: 'down, up' }, layout)

it('has nothing to say of a host that is as the inventory has it, however that is written', async () => {
  await starts('mem=2G', 'ncpus=1', 'root=/dev/ubda')
  expect(await differs('2048M', 1)).toEqual([])
  expect(await differs('2G', 1, '16G')).toEqual([])
})

it('says what a running host takes with its next start, and what it never takes', async () => {
  await starts('mem=2G', 'ncpus=1')
  const memory =
    /^w was started with memory: 2G, cpus: 1; the inventory's memory: 3G, cpus: 1 come with its next start\. To have them now: off, up$/
  expect(await differs('3G', 1)).toEqual([expect.stringMatching(memory)])
  expect(await differs('2G', 2)).toEqual([expect.stringContaining('cpus: 2 come')])
  expect(await differs('2G', 1, '20G')).toEqual([
    expect.stringMatching(
      /^w has a disk of 16\.0 GiB, .* inventory's is 20G\. To make the host anew, with nothing on it: down, up$/,
    ),
  ])
  expect(await differs('3G', 1, '20G')).toHaveLength(2)
})

it('says nothing of a stopped one, which is about to be started with what it lacks', async () => {
  await writeFile(layout.process, JSON.stringify({ ...(await identify(process.pid)), startTime: '1' }))
  expect(await differs('3G', 2)).toEqual([])
  await rm(layout.disk)
  expect(await differs('3G', 2, '20G')).toEqual([])
})
